#!/usr/bin/perl
# SPDX-License-Identifier: MIT
# Calls, names and phrases that our C does without: banned.pl [ROOT]
use strict;
use warnings;
my $here;
BEGIN { $here = $0 =~ m{^(.*)/} ? $1 : q{.}; unshift @INC, $here }
use Source;

my $root = $ARGV[0] // "$here/../..";

my %calls;
$calls{$_} = 'has no bound: use snprintf or a slice'
  for qw(strcpy strcat strncpy strncat sprintf vsprintf gets stpcpy);
$calls{$_} = 'cannot report an error: use ac_str_i64 or strtol with its checks'
  for qw(atoi atol atoll atof sscanf);
$calls{$_} = 'keeps hidden state' for qw(strtok gmtime localtime ctime asctime strerror readdir_r);
$calls{$_} = 'starts a shell' for qw(system popen);
$calls{$_} = 'has no ceiling' for qw(alloca strdupa strndupa);
$calls{$_} = 'chance is passed in (base/clock)'
  for qw(rand srand random srandom rand_r drand48 lrand48);
$calls{$_} = 'a name that somebody else can take: use mkstemp or mkdtemp'
  for qw(mktemp tmpnam tempnam);

# Only in the named place.
my @homes = (
    [
        qr/(?:time|clock_gettime|gettimeofday|nanosleep|clock_nanosleep|usleep|sleep)/,
        qr{^core/base/clock\.c$},
        'time is passed in (base/clock)'
    ],
    [qr/(?:getrandom|getentropy|arc4random)/, qr{^core/base/}, 'chance is passed in (base/clock)'],
    [qr/(?:dlopen|dlsym|dlclose)/, qr{^core/plugin/}, 'belongs to core/plugin'],
);

# Names of the compiler and the C library that begin as ours must not.
my $reserved_ok = qr/^(?:
    __attribute__|__func__|__FILE__|__LINE__|__VA_ARGS__|__builtin_\w+|__extension__|__typeof__|
    __has_feature|__has_include|__has_attribute|__cplusplus|__clang__|__GNUC__|__GNUC_MINOR__|
    __SANITIZE_\w+|__BYTE_ORDER__|__ORDER_\w+|__SIZEOF_\w+|__SSE2__|__AVX2__|__x86_64__|
    __aarch64__|__linux__|__STDC\w*|__COUNTER__|__lsan_\w+|__asan_\w+|__gcov_\w+|
    __m128i|__m256i|
    _GNU_SOURCE|_POSIX_C_SOURCE|_Static_assert|_Noreturn|_Thread_local|_Alignas|_Alignof|_Generic|
    _Bool|_Atomic|_Pragma|_SC_\w+|_PC_\w+|_IO\w+|__\w+_defined
)$/x;

Source::lint(
    'banned', $root,
    qr{^(?:core|plugins|tests)/.*\.[ch]$},
    sub {
        my ($path, $text, $say) = @_;
        my @raw = split /\n/, $text;
        my @code = split /\n/, Source::code($text);
        my $core = $path =~ m{^(?:core|plugins)/};
        my $timeless = $core || $path =~ m{^tests/(?:unit|plugins)/};
        for my $i (0 .. $#code) {
            my ($line, $at) = ($code[$i], $i + 1);
            while ($line =~ /(?<![\w.>])(\w+)\s*\(/g) {
                my $name = $1;
                $say->($at, "$name(): $calls{$name}") if $calls{$name};
                next if !$timeless;
                for my $rule (@homes) {
                    my ($what, $home, $why) = @$rule;
                    $say->($at, "$name(): $why") if $name =~ /^$what$/ && $path !~ $home;
                }
            }
            while ($line =~ /\b(_[A-Z]\w*|__\w+)/g) {
                my $name = $1;
                $say->($at, "$name: a name of the compiler's") if $name !~ $reserved_ok;
            }
            $say->($at, "$1: names in acl_ belong to POSIX ACLs") if $line =~ /\b(acl_\w*)/;
            $say->($at, "goto $1: the one label is out")
              if $line =~ /\bgoto\s+(\w+)/ && $1 ne 'out';
            $say->($at, '#if 0: delete it') if $line =~ /^\s*#\s*if\s+0\b/;
            $say->($at, "$1: finish it, or file an issue")
              if $raw[$i] =~ /\b(TODO|FIXME|XXX|HACK)\b(?![\w-])/;
            $say->($at, "$1: is public, and defined in plugin.h only")
              if $path =~ m{^core/(?!include/)} && $line =~ /#\s*define\s+(ACLOAD_\w+)/;
        }
    });
