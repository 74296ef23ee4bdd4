#!/usr/bin/perl
# SPDX-License-Identifier: MIT
# Nothing of the machine that a file was written on gets into it: words.pl [ROOT]
use strict;
use warnings;
my $here;
BEGIN { $here = $0 =~ m{^(.*)/} ? $1 : q{.}; unshift @INC, $here }
use Source;

my $root = $ARGV[0] // "$here/../..";

# Written so that this file is clean itself.
my @words = (
    [qr{(?<![\w.])/wor[k]/}, 'a path of somebody\'s machine'],
    [qr{(?<![\w.])/(?:home|Users|roo[t])/\w}, 'a path of somebody\'s machine'],
    [qr{registry\.(?:npmj[s]|yarnpk[g])|npmj[s]\.(?:org|com)}, 'the host of a package registry'],
    [qr{py[p]i\.org|pythonhoste[d]|crate[s]\.io|proxy\.golan[g]}, 'the host of a package registry'],
    [qr{(?:deb|security|snapshot)\.debia[n]\.org}, 'the host of a package registry'],
    [qr{^(?:<{7}|>{7}) }, 'the mark of a merge'],
);

Source::lint(
    'words', $root,
    qr{^(?!LICENSE$)},
    sub {
        my ($path, $text, $say) = @_;
        return if $text =~ /\0/;
        my $n = 0;
        for my $line (split /\n/, $text) {
            $n++;
            for my $rule (@words) {
                my ($re, $why) = @$rule;
                $say->($n, "$&: $why") if $line =~ $re;
            }
        }
    });
