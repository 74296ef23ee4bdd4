#!/usr/bin/perl
# SPDX-License-Identifier: MIT
# Every file opens with its licence, every C file with one sentence more: spdx.pl [ROOT]
use strict;
use warnings;
my $here;
BEGIN { $here = $0 =~ m{^(.*)/} ? $1 : q{.}; unshift @INC, $here }
use Source;

my $root = $ARGV[0] // "$here/../..";
my $tag = 'SPDX-License-Identifier: MIT';

Source::lint(
    'spdx', $root,
    qr{^(?:core|plugins|tests|\.ci)/.*\.(?:[ch]|sh|pl|pm|map)$|(?:^|/)Makefile$|^\.ci/run$},
    sub {
        my ($path, $text, $say) = @_;
        my @lines = split /\n/, $text;
        if ($path =~ /\.[ch]$/) {
            $say->(1, "the first line is not '// $tag'") if ($lines[0] // '') ne "// $tag";
            my $sentence = '';
            for my $line (@lines[1 .. ($#lines < 6 ? $#lines : 6)]) {
                last if $line !~ m{^//\s*(\S.*)};
                $sentence .= " $1";
                last if $sentence =~ s/([.:])(?:\s.*)?$/$1/;
            }
            return $say->(2, 'no sentence says what the file is for') if $sentence eq '';
            $say->(2, 'the first sentence does not end') if $sentence !~ /[.:]$/;
            $sentence =~ s/\bbetween .*? and\b//;
            $say->(2, 'the first sentence needs "and": it is two files') if $sentence =~ /\band\b/;
        } else {
            shift @lines if ($lines[0] // '') =~ /^#!/;
            $say->(1, "the first line is not '# $tag'") if ($lines[0] // '') ne "# $tag";
        }
    });
