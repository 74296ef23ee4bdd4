# SPDX-License-Identifier: MIT
# What the linters share: the files of a tree, and C without its comments and strings.
package Source;
use strict;
use warnings;

my %skip = map { $_ => 1 } qw(.git build);

# The paths below $root, relative to it, that match $re; build output and cases are left out.
sub files {
    my ($root, $re) = @_;
    my @found;
    my @todo = ('');
    while (defined(my $at = shift @todo)) {
        opendir(my $dir, $at eq '' ? $root : "$root/$at") or next;
        for my $name (sort readdir $dir) {
            next if $name eq '.' || $name eq '..' || $skip{$name};
            my $path = $at eq '' ? $name : "$at/$name";
            next if -l "$root/$path";
            if (-d _) {
                push @todo, $path unless $path eq 'tests/cases';
            } elsif ($path =~ $re) {
                push @found, $path;
            }
        }
    }
    return sort @found;
}

sub text {
    my ($path) = @_;
    open(my $in, '<:raw', $path) or die "$path: $!\n";
    local $/;
    my $text = <$in>;
    return defined $text ? $text : '';
}

sub blank {
    my ($text) = @_;
    $text =~ s/[^\n]/ /g;
    return $text;
}

# C with comments, and what is inside quotes, turned to blanks: same lines, same columns.
sub code {
    my ($text) = @_;
    $text =~ s{(//(?:[^\n\\]|\\.)*|/\*.*?\*/)|"((?:[^"\\\n]|\\.)*)"|'((?:[^'\\\n]|\\.)*)'}{
        defined $1 ? blank($1)
        : defined $2 ? '"' . blank($2) . '"'
        :              "'" . blank($3) . "'"
    }gse;
    return $text;
}

# Runs $check($path, $text, $say) over files and ends the program with the linter's verdict.
sub lint {
    my ($name, $root, $re, $check) = @_;
    my @files = files($root, $re);
    my $found = 0;
    for my $path (@files) {
        $check->(
            $path, text("$root/$path"),
            sub {
                my ($line, $what) = @_;
                print "$path:$line: $what\n";
                $found++;
            });
    }
    printf "%s: %d files, %s\n", $name, scalar @files, $found ? "$found findings" : 'clean';
    exit($found ? 1 : 0);
}

1;
