#!/usr/bin/perl
# SPDX-License-Identifier: MIT
# A file has 600 lines, a function 80, a line 100 columns, plugin.h 200 lines: sizes.pl [ROOT]
use strict;
use warnings;
my $here;
BEGIN { $here = $0 =~ m{^(.*)/} ? $1 : q{.}; unshift @INC, $here }
use Source;

my $root = $ARGV[0] // "$here/../..";
my ($max_file, $max_function, $max_line, $max_plugin_h) = (600, 80, 100, 200);

# Calls $each(first line, lines, name) for every function, from its name to its closing brace.
sub functions {
    my ($text, $each) = @_;
    my $code = Source::code($text);
    $code =~ s/^([ \t]*#(?:[^\n\\]|\\.)*)/Source::blank($1)/gmse;    # macros hide braces
    my ($depth, $line, $from, $name, $head, $head_line) = (0, 1, undef, '', '', 1);
    for my $token ($code =~ /(\n|[{};]|[^\n{};]+)/g) {
        if ($token eq "\n") {
            $line++;
            $head .= ' ' if $depth == 0;
        } elsif ($token eq '{') {
            if ($depth++ == 0 && $head =~ /\)\s*$/ && $head !~ /=/) {
                ($name) = $head =~ /(\w+)\s*\(/;
                $name = $1 if $head =~ /\bSTART_TEST\s*\(\s*(\w+)/;
                $from = $head_line;
            }
        } elsif ($token eq '}') {
            $depth-- if $depth > 0;
            if ($depth == 0) {
                $each->($from, $line - $from + 1, $name) if defined $from;
                $from = undef;
                $head = '';
            }
        } elsif ($depth == 0) {
            if ($token eq ';') {
                $head = '';
            } else {
                $head_line = $line if $head !~ /\S/;
                $head .= $token;
            }
        }
    }
}

Source::lint(
    'sizes', $root,
    qr{^(?:core|plugins|tests)/.*\.(?:[ch]|sh|pl|pm)$|^Makefile$|^\.ci/run$},
    sub {
        my ($path, $text, $say) = @_;
        my @lines = split /\n/, $text, -1;
        pop @lines if @lines && $lines[-1] eq '';
        $say->($max_file + 1, 'the file has ' . @lines . " lines, over $max_file")
          if @lines > $max_file;
        $say->($max_plugin_h + 1, 'the public header has ' . @lines . " lines, over $max_plugin_h")
          if $path eq 'core/include/acload/plugin.h' && @lines > $max_plugin_h;
        $say->(scalar(@lines), 'no newline at the end') if $text ne '' && $text !~ /\n\z/;
        for my $at (0 .. $#lines) {
            my $line = $lines[$at];
            utf8::decode($line);
            $say->($at + 1, 'the line has ' . length($line) . " columns, over $max_line")
              if length($line) > $max_line;
            $say->($at + 1, 'blanks at the end of the line') if $line =~ /\s\z/;
            $say->($at + 1, 'a tab') if $line =~ /\t/ && $path =~ /\.(?:[ch]|sh|pl|pm)$/;
        }
        functions(
            $text,
            sub {
                my ($at, $n, $name) = @_;
                $say->($at, "$name() has $n lines, over $max_function") if $n > $max_function;
            }) if $path =~ /\.[ch]$/;
    });
