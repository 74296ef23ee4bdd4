#!/usr/bin/perl
# SPDX-License-Identifier: MIT
# Data goes right, includes go left: layers.pl [ROOT]
use strict;
use warnings;
my $here;
BEGIN { $here = $0 =~ m{^(.*)/} ? $1 : q{.}; unshift @INC, $here }
use Source;

my $root = $ARGV[0] // "$here/../..";
my @rooms = qw(base aws record source decode schema ledger org plugin batch sink job engine hook
  report cli main);
my %rank = map { $rooms[$_] => $_ } 0 .. $#rooms;

# Libraries that one place in core knows.
my @private = (
    [qr{^sqlite3\.h$}, qr{^core/ledger/}],
    [qr{^curl/}, qr{^core/base/http[^/]*\.c$}],
    [qr{^csv\.h$}, qr{^core/decode/}],
    [qr{^archive(?:_entry)?\.h$}, qr{^core/source/}],
    [qr{^dlfcn\.h$}, qr{^core/plugin/}],
    [qr{^microhttpd\.h$}, qr{^$}],
    [qr{^check\.h$}, qr{^$}],
);

sub in_core {
    my ($path, $room, $quoted, $name, $say) = @_;
    return if $name eq 'acload/plugin.h';
    return $say->("includes <$name>, which core may not") if !$quoted && $name =~ m{^acload/};
    if (!$quoted) {
        for my $rule (@private) {
            my ($lib, $home) = @$rule;
            $say->("includes <$name>, which belongs elsewhere") if $name =~ $lib && $path !~ $home;
        }
        return;
    }
    my ($to) = $name =~ m{^(\w+)/};
    return if !defined $to;    # a file of the same room
    return $say->("includes \"$name\": there is no room '$to'") if !defined $rank{$to};
    $say->("'$room' includes \"$name\": '$to' is to its right") if $rank{$to} > $rank{$room};
}

Source::lint(
    'layers', $root,
    qr{^(?:core|plugins|tests/(?:unit|plugins|sandbox|abi))/.*\.[ch]$},
    sub {
        my ($path, $text, $say_at) = @_;
        my ($room) = $path =~ m{^core/(\w+)/};
        $room = 'main' if $path eq 'core/main.c';
        if ($path =~ m{^core/} && $path !~ m{^core/include/} && !defined $rank{ $room // '' }) {
            $say_at->(1, 'lies in no room: base aws record ... cli');
            return;
        }
        my $n = 0;
        for my $line (split /\n/, $text) {
            $n++;
            my ($open, $name) = $line =~ m{^\s*#\s*include\s*([<"])([^>"]+)[>"]} or next;
            my $quoted = $open eq '"';
            my $say = sub { $say_at->($n, $_[0]) };
            $say->("includes a source file, \"$name\"") if $name =~ /\.c$/;
            if ($path =~ m{^core/include/}) {
                $say->("includes $name: the public header includes only the C library")
                  if $quoted || $name !~ /^std(?:def|int|bool)\.h$/;
            } elsif ($path =~ m{^core/}) {
                in_core($path, $room, $quoted, $name, $say);
            } elsif ($path =~ m{^plugins/([^/]+)/}) {
                next if $name eq 'acload/plugin.h';
                $say->("includes $name: a plugin knows acload/plugin.h and its own files")
                  if $name =~ m{^acload/}
                  || $quoted && $name =~ m{/}
                  || $quoted && !-e "$root/plugins/$1/$name";
            } elsif ($path =~ m{^tests/unit/(\w+)/} && $quoted && $name =~ m{^(\w+)/}) {
                my ($to) = $name =~ m{^(\w+)/};
                my ($own) = $path =~ m{^tests/unit/(\w+)/};
                $say->("a test of '$own' includes \"$name\": '$to' is to its right")
                  if defined $rank{$to} && defined $rank{$own} && $rank{$to} > $rank{$own};
            } elsif ($path =~ m{^tests/(?:plugins|sandbox|abi)/} && $quoted) {
                my ($to) = $name =~ m{^(\w+)/};
                $say->("includes \"$name\": core is not for it")
                  if defined $to && defined $rank{$to} && -e "$root/core/$name";
            }
        }
    });
