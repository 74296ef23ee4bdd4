# SPDX-License-Identifier: MIT
# acload carries contact-centre data from Amazon Connect into Salesforce.
#
#   make              build acload, its plugins and acload-sandbox
#   make demo         install what is missing, build, import the samples into a local org
#   make test         install what is missing, build, run every test (five minutes at most)
#   make check        everything: test, asan, valgrind, lint, torture, matrix, chaos, peers, the
#                     function's zip, bench and a short run of fuzz
#   make lint         layers, sizes, symbols, banned calls, formatting, clang-tidy, cppcheck
#   make format       let clang-format rewrite the sources
#   make asan         all tests under AddressSanitizer and UBSan, not forked
#   make ubsan        all tests under UBSan alone
#   make cover        all tests with gcov; prints the lines reached, file by file
#   make fuzz         every fuzz target for FUZZ_SECONDS (20) each; needs clang
#   make bench        speed and memory against the promised ratios; bench-s3 only those of S3
#   make torture      acload ended at every step it makes, started again; N=123 replays one seed,
#                     N=bulk/123 one step
#   make matrix       every kind of call the org gets, failing in every way, once and for ever;
#                     M='bulk_close_*' only those
#   make chaos        acload refused each piece of memory it asks for; N=own:123 replays one
#   make peers        programs of others, from npm, against the local org
#   make lambda       the zip of a function for AWS Lambda, with all that it is linked to;
#                     LAMBDA_CONFIG=acload.json goes into it, too
#   make samples      the stories of samples/, run and compared
#   make install      below prefix (/usr/local); honours DESTDIR bindir libdir includedir ...
#   make uninstall    removes what install put there
#   make dist         a source archive of the committed tree
#   make clean        removes what was built
#   make help         this text
#
# Variables
#   VARIANT=release   or debug asan ubsan tsan cover fuzz; each has its own folder below BUILD
#   BUILD=build       where output goes: $(BUILD)/$(VARIANT), nowhere else
#   T=batch/retry     test: only this file; T=batch a whole room, T=e2e/import one script
#   CASE=backoff      test: only this case of check (CK_RUN_CASE)
#   V=1               show the commands
#   WERROR=1          warnings are errors (as with CI=true)
#   CC, CFLAGS, LDFLAGS belong to you; what acload needs is added to them

VERSION := 0.1.0
VARIANT ?= release
BUILD ?= build
OUT := $(BUILD)/$(VARIANT)
VARIANTS := release debug asan ubsan tsan cover fuzz

prefix ?= /usr/local
bindir ?= $(prefix)/bin
libdir ?= $(prefix)/lib
includedir ?= $(prefix)/include
datadir ?= $(prefix)/share
mandir ?= $(datadir)/man
plugindir = $(libdir)/acload/plugins
schemadir = $(datadir)/acload/schemas

INSTALL ?= install
PKG_CONFIG ?= pkg-config
JOBS ?= $(shell nproc 2>/dev/null || echo 2)

.DEFAULT_GOAL := all
.SUFFIXES:
.DELETE_ON_ERROR:
.SECONDARY:
MAKEFLAGS += --no-builtin-rules --no-print-directory

ifeq ($(filter $(VARIANT),$(VARIANTS)),)
$(error VARIANT=$(VARIANT) is none of: $(VARIANTS))
endif

# --- compilers and flags -------------------------------------------------------------------------

ifeq ($(VARIANT),fuzz)
ifeq ($(origin CC),default)
CC := clang
endif
endif

OPT_release := -O3 -g
OPT_debug := -Og -g3
OPT_asan := -O1 -g -fno-omit-frame-pointer
OPT_ubsan := -O1 -g -fno-omit-frame-pointer
OPT_tsan := -O1 -g -fno-omit-frame-pointer
OPT_cover := -O0 -g
OPT_fuzz := -O1 -g -fno-omit-frame-pointer
CFLAGS ?= $(OPT_$(VARIANT))

SAN_asan := -fsanitize=address,undefined -fno-sanitize-recover=all
SAN_ubsan := -fsanitize=undefined -fno-sanitize-recover=all
SAN_tsan := -fsanitize=thread
SAN_cover := --coverage -fprofile-update=atomic
SAN_fuzz := -fsanitize=fuzzer-no-link,address,undefined -fno-sanitize-recover=all
SAN := $(SAN_$(VARIANT))

AC_CFLAGS := -std=c11 -D_GNU_SOURCE -Wall -Wextra -Wshadow -Wconversion -Wswitch-enum \
  -Wstrict-prototypes -Wmissing-prototypes -Wvla -fvisibility=hidden -fstack-protector-strong
# Fortified only where the compiler optimises: elsewhere libc warns; sanitizers watch by themselves.
ifneq ($(filter release debug,$(VARIANT)),)
ifneq ($(filter-out -O0,$(filter -O%,$(CFLAGS))),)
AC_CFLAGS += -D_FORTIFY_SOURCE=2
endif
endif
ifneq ($(filter 1 true yes,$(CI) $(WERROR)),)
AC_CFLAGS += -Werror
endif
AC_LDFLAGS := -Wl,-z,relro,-z,now -Wl,--as-needed

# Libraries: what pkg-config says; libcsv ships no .pc file.
pkg_cflags = $(shell $(PKG_CONFIG) --cflags $(1) 2>/dev/null)
pkg_libs = $(shell $(PKG_CONFIG) --libs $(1) 2>/dev/null)
CSV_CFLAGS ?=
CSV_LIBS ?= -lcsv
CORE_PACKAGES := libcurl jansson libarchive sqlite3 libcrypto libutf8proc expat
CORE_CFLAGS := $(call pkg_cflags,$(CORE_PACKAGES)) $(CSV_CFLAGS)
CORE_LIBS := $(call pkg_libs,$(CORE_PACKAGES)) $(CSV_LIBS) -ldl -lpthread -lm
SANDBOX_PACKAGES := libmicrohttpd jansson sqlite3 libcrypto zlib
SANDBOX_CFLAGS := $(call pkg_cflags,$(SANDBOX_PACKAGES))
SANDBOX_LIBS := $(call pkg_libs,$(SANDBOX_PACKAGES)) $(CSV_LIBS) -lpthread -lm
CHECK_CFLAGS := $(call pkg_cflags,check)
CHECK_LIBS := $(call pkg_libs,check)
# The fake host of plugins' tests reads JSON.
FAKE_CFLAGS := $(call pkg_cflags,jansson)
FAKE_LIBS := $(call pkg_libs,jansson)
# A plugin's own library needs a sentence in design.md.
PLUGIN_CFLAGS_interval := $(call pkg_cflags,libutf8proc)
PLUGIN_LIBS_interval := $(call pkg_libs,libutf8proc)

MISSING := $(shell for m in $(CORE_PACKAGES) libmicrohttpd; do \
  $(PKG_CONFIG) --exists $$m 2>/dev/null || echo $$m; done)

INC_CORE := -Icore -Icore/include
INC_PLUGIN := -Icore/include

# --- sources -------------------------------------------------------------------------------------

# In pipeline order: a room may use the rooms to its left.
ROOMS := base aws record source decode schema ledger org plugin batch sink job engine hook \
  report cli
ROOMS := $(foreach r,$(ROOMS),$(if $(wildcard core/$(r)/*.c),$(r)))
room_src = $(sort $(wildcard core/$(1)/*.c))
room_lib = $(OUT)/rooms/$(1).a
objs = $(patsubst %.c,$(OUT)/obj/%.o,$(1))
# The rooms up to and with room $(1): $(call upto,room,candidates,taken)
upto = $(if $(2),$(if $(filter $(1),$(firstword $(2))),$(3) $(1),$(call \
  upto,$(1),$(wordlist 2,99,$(2)),$(3) $(firstword $(2)))),$(3))
rooms_of = $(foreach r,$(call upto,$(1),$(ROOMS),),$(call room_lib,$(r)))

PLUGIN_DIRS := $(sort $(patsubst %/,%,$(wildcard plugins/*/)))
plugin_src = $(filter-out plugins/$(1)/test_%,$(sort $(wildcard plugins/$(1)/*.c)))
PLUGINS := $(foreach d,$(PLUGIN_DIRS),$(if $(call plugin_src,$(notdir $(d))),$(notdir $(d))))
# The template is built, so that it cannot rot, but kept apart: it must not bid on anybody's data.
plugin_so = $(OUT)/$(if $(filter template,$(1)),template,plugins)/$(1).so
PLUGIN_SO := $(foreach p,$(PLUGINS),$(call plugin_so,$(p)))
INSTALLED_SO := $(filter $(OUT)/plugins/%,$(PLUGIN_SO))

SANDBOX_SRC := $(sort $(wildcard tests/sandbox/*.c))
BENCH_SRC := $(sort $(wildcard tests/bench/*.c))
FUZZ_SRC := $(sort $(wildcard tests/fuzz/fuzz_*.c))
UNIT_SRC := $(sort $(wildcard tests/unit/*/test_*.c))
UNIT_HELP_SRC := $(sort $(filter-out $(UNIT_SRC),$(wildcard tests/unit/*.c tests/unit/*/*.c)))
PTEST_SRC := $(sort $(wildcard tests/plugins/test_*.c))
PTEST_HELP_SRC := $(sort $(filter-out $(PTEST_SRC),$(wildcard tests/plugins/*.c)))
ABI_SRC := $(sort $(wildcard tests/abi/*/*.c))
SCRIPTS := $(sort $(wildcard tests/setup/test_*.sh tests/e2e/test_*.sh))
# They work against what others wrote, from npm: make peers.
PEERS := $(sort $(wildcard tests/e2e/peers/test_*.sh))

# Too long for make test: make torture, make matrix, and make check.
TORTURES := $(sort $(filter-out %/torture.sh,$(wildcard tests/torture/*.sh)))
MATRIX := $(sort $(filter-out %/matrix.sh,$(wildcard tests/e2e/matrix/*.sh)))

ACLOAD := $(if $(wildcard core/main.c),$(OUT)/acload)
SANDBOX := $(if $(SANDBOX_SRC),$(OUT)/acload-sandbox)
BENCH := $(patsubst tests/bench/%.c,$(OUT)/bench/%,$(BENCH_SRC))
UNIT := $(patsubst tests/%.c,$(OUT)/tests/%,$(UNIT_SRC))
PTEST := $(patsubst tests/%.c,$(OUT)/tests/%,$(PTEST_SRC))
ABI_SO := $(patsubst tests/%.c,$(OUT)/%.so,$(ABI_SRC))
FUZZ := $(patsubst tests/%.c,$(OUT)/%,$(FUZZ_SRC))
DRIVEN := $(patsubst tests/fuzz/%.c,$(OUT)/driven/%,$(FUZZ_SRC))
TORTURE := $(patsubst tests/%.c,$(OUT)/%.so,$(wildcard tests/torture/shim.c))
REFUSE := $(patsubst tests/%.c,$(OUT)/%.so,$(wildcard tests/torture/refuse.c))
PRELOADS := $(patsubst %,$(OUT)/torture/%.so,hasten freed)
CHAOS := $(patsubst tests/%.c,$(OUT)/%.so,$(wildcard tests/chaos/change.c))
CHAOS_ACLOAD := $(if $(wildcard tests/chaos/alloc.c),$(OUT)/chaos/acload)

# --- what T= chooses -----------------------------------------------------------------------------

ifdef T
# batch/retry is .../batch/test_retry, batch is .../batch/test_* or .../test_batch.
t_name = $(patsubst ./%,%,$(dir $(1)))test_$(notdir $(1))
t_one = $(or $(findstring /$(1)/test_,$(2)),$(filter %/$(t_name) %/$(t_name).sh,$(2)))
t_words = $(subst /test_,/,$(T))
t_match = $(foreach p,$(1),$(if $(strip $(foreach t,$(t_words),$(call t_one,$(t),$(p)))),$(p)))
RUN_UNIT := $(call t_match,$(UNIT) $(PTEST))
RUN_SCRIPTS := $(call t_match,$(SCRIPTS))
else
RUN_UNIT := $(UNIT) $(PTEST)
RUN_SCRIPTS := $(SCRIPTS)
endif

# --- building ------------------------------------------------------------------------------------

ifeq ($(V),1)
say = @:
Q :=
else
say = @printf '  %-7s %s\n' $(1) $(2)
Q := @
endif

.PHONY: all
all: $(ACLOAD) $(PLUGIN_SO) $(SANDBOX) $(OUT)/schemas

# acload looks for schemas beside itself first: a build tree then needs no installed ones.
$(OUT)/schemas:
	@mkdir -p $(@D)
	@ln -sfn $(abspath schemas) $@

# Stamps change only when their text does, so that a new flag or a removed file rebuilds.
define stamp
@mkdir -p $(@D)
@printf '%s\n' "$$STAMP" | cmp -s - $@ || printf '%s\n' "$$STAMP" > $@
endef
.PHONY: FORCE
CC_ID := $(shell $(CC) --version 2>/dev/null | head -n 1)
$(OUT)/flags: export STAMP := $(CC) $(CC_ID) $(CFLAGS) $(CPPFLAGS) $(AC_CFLAGS) \
  $(SAN) $(LDFLAGS) $(AC_LDFLAGS) $(CORE_CFLAGS) $(CORE_LIBS) $(SANDBOX_CFLAGS) $(SANDBOX_LIBS) \
  $(CHECK_LIBS)
$(OUT)/flags: FORCE
	$(if $(MISSING),$(error pkg-config finds no $(MISSING): run tests/setup/install.sh build test))
	$(stamp)
$(OUT)/paths: export STAMP := $(VERSION) $(prefix) $(plugindir) $(schemadir) $(includedir)
$(OUT)/paths: FORCE
	$(stamp)

CPATHS = -DAC_VERSION=\"$(VERSION)\" -DAC_PREFIX_PLUGINS=\"$(plugindir)\" \
  -DAC_PREFIX_SCHEMAS=\"$(schemadir)\"
PATH_SRC := $(shell grep -lE '\<AC_(VERSION|PREFIX_PLUGINS|PREFIX_SCHEMAS)\>' /dev/null \
  core/main.c core/job/*.c core/cli/*.c 2>/dev/null)
$(call objs,$(PATH_SRC)): $(OUT)/paths

# What a file is compiled with depends on where it is.
flags_core = -fPIE $(INC_CORE) $(CORE_CFLAGS) $(if $(filter $(1),$(PATH_SRC)),$(CPATHS))
flags_plugins = -fPIC $(INC_PLUGIN) $(PLUGIN_CFLAGS_$(word 2,$(subst /, ,$(1))))
flags_tests = $(flags_tests_$(word 2,$(subst /, ,$(1))))
flags_tests_unit = -fPIE $(INC_CORE) -Itests/unit $(CORE_CFLAGS) $(CHECK_CFLAGS)
flags_tests_plugins = -fPIE $(INC_PLUGIN) -Iplugins -Itests/plugins $(CHECK_CFLAGS) \
  $(FAKE_CFLAGS)
flags_tests_abi = -fPIC $(INC_PLUGIN)
flags_tests_torture = -fPIC -fvisibility=default
flags_tests_chaos = $(flags_tests_torture) -Itests $(CORE_CFLAGS)
flags_tests_sandbox = -fPIE -Itests/sandbox $(SANDBOX_CFLAGS) $(CSV_CFLAGS)
flags_tests_bench = -fPIE $(INC_CORE) $(CORE_CFLAGS)
flags_tests_fuzz = $(if $(call of_sandbox,$(1)),$(flags_tests_sandbox),$(flags_tests_unit)) -Itests
of_sandbox = $(filter tests/fuzz/org.c tests/fuzz/fuzz_sandbox_%,$(1))
# What is preloaded goes before programs without sanitizers, too, and counts no lines.
san_of = $(if $(filter tests/torture/% tests/chaos/%,$(1)),,$(SAN))
flags_of = $(AC_CFLAGS) $(san_of) $(call flags_$(firstword $(subst /, ,$(1))),$(1)) \
  $(CPPFLAGS) $(CFLAGS)
link = $(CC) $(SAN) $(CFLAGS) -pie $(AC_LDFLAGS) $(LDFLAGS) \
  -o $@ $(1)

$(OUT)/obj/%.o: %.c $(OUT)/flags
	$(call say,CC,$<)
	@mkdir -p $(@D)
	$(Q)$(CC) $(call flags_of,$<) -MMD -MP -c -o $@ $<

# An archive is remade from nothing whenever its list of members changes.
%.list: FORCE
	$(stamp)
define archive
$(call say,AR,$@)
@mkdir -p $(@D)
@rm -f $@
$(Q)ar rcsD $@ $(filter %.o,$^)
endef
define room_rule
$(call room_lib,$(1)): $(call objs,$(call room_src,$(1))) $(OUT)/rooms/$(1).list
	$$(archive)
$(OUT)/rooms/$(1).list: export STAMP := $(call room_src,$(1))
endef
$(foreach r,$(ROOMS),$(eval $(call room_rule,$(r))))

UNIT_HELP := $(if $(UNIT_HELP_SRC),$(OUT)/tests/help.a)
$(OUT)/tests/help.a: $(call objs,$(UNIT_HELP_SRC)) $(OUT)/tests/help.list
	$(archive)
$(OUT)/tests/help.list: export STAMP := $(UNIT_HELP_SRC)

ALL_ROOMS := $(foreach r,$(ROOMS),$(call room_lib,$(r)))
$(OUT)/acload: $(call objs,core/main.c) $(ALL_ROOMS)
	$(call say,LD,$@)
	$(Q)$(call link,$< -Wl$(comma)--start-group $(ALL_ROOMS) -Wl$(comma)--end-group $(CORE_LIBS))
comma := ,

$(OUT)/acload-sandbox: $(call objs,$(SANDBOX_SRC)) $(OUT)/sandbox.list
	$(call say,LD,$@)
	$(Q)$(call link,$(filter %.o,$^) $(SANDBOX_LIBS))
$(OUT)/sandbox.list: export STAMP := $(SANDBOX_SRC)

# A plugin links to no part of acload: -z defs proves it (clang keeps sanitizers in the program).
Z_DEFS := $(if $(and $(SAN),$(findstring clang,$(CC_ID))),,-Wl,-z,defs)
link_so = $(CC) $(SAN) $(CFLAGS) -shared $(AC_LDFLAGS) $(Z_DEFS) \
  -Wl,--version-script=plugins/plugins.map $(LDFLAGS) -o $@ $(filter %.o,$^) $(1)
define plugin_rule
$(call plugin_so,$(1)): $(call objs,$(call plugin_src,$(1))) $(OUT)/plugins.$(1).list \
  plugins/plugins.map
	$$(call say,LD,$$@)
	@mkdir -p $$(@D)
	$$(Q)$$(call link_so,$$(PLUGIN_LIBS_$(1)))
$(OUT)/plugins.$(1).list: export STAMP := $(call plugin_src,$(1)) $(PLUGIN_LIBS_$(1))
endef
$(foreach p,$(PLUGINS),$(eval $(call plugin_rule,$(p))))

$(OUT)/abi/%.so: $(OUT)/obj/tests/abi/%.o plugins/plugins.map
	$(call say,LD,$@)
	@mkdir -p $(@D)
	$(Q)$(call link_so,)

# Goes before the C library in a process that is to be ended, or whose files are to be changed.
$(TORTURE) $(REFUSE) $(PRELOADS) $(CHAOS): $(OUT)/%.so: $(OUT)/obj/tests/%.o
	$(call say,LD,$@)
	@mkdir -p $(@D)
	$(Q)$(CC) $(CFLAGS) -shared $(LDFLAGS) -o $@ $< -ldl

# acload whose requests for memory go to tests/chaos/alloc.c, its objects' calls being renamed.
$(OUT)/chaos/%.a: $(OUT)/rooms/%.a tests/chaos/symbols
	@mkdir -p $(@D)
	$(Q)objcopy --redefine-syms=tests/chaos/symbols $< $@
$(OUT)/chaos/acload: $(call objs,core/main.c tests/chaos/alloc.c) \
  $(foreach r,$(ROOMS),$(OUT)/chaos/$(r).a)
	$(call say,LD,$@)
	$(Q)$(call link,$(filter %.o,$^) -Wl$(comma)--start-group $(filter %.a,$^) \
	  -Wl$(comma)--end-group $(CORE_LIBS))

# A unit test gets its own room and the rooms left of it: the linker proves the layers.
define unit_rule
$(patsubst tests/%.c,$(OUT)/tests/%,$(1)): $(call objs,$(1)) $(UNIT_HELP) \
  $(call rooms_of,$(word 3,$(subst /, ,$(1))))
	$$(call say,LD,$$@)
	@mkdir -p $$(@D)
	$$(Q)$$(call link,$$< -Wl$$(comma)--start-group $$(filter %.a,$$^) \
	  -Wl$$(comma)--end-group $$(CHECK_LIBS) $$(CORE_LIBS))
endef
$(foreach t,$(UNIT_SRC),$(eval $(call unit_rule,$(t))))

# A plugin's test gets the plugin's own files and the fake host, and nothing of core.
# test_interval.c and test_interval_time.c both test plugins/interval.
ptest_plugin = $(firstword $(subst _, ,$(patsubst tests/plugins/test_%.c,%,$(1))))
define ptest_rule
$(patsubst tests/%.c,$(OUT)/tests/%,$(1)): $(call objs,$(1)) $(call objs,$(PTEST_HELP_SRC)) \
  $(call objs,$(call plugin_src,$(call ptest_plugin,$(1))))
	$$(call say,LD,$$@)
	@mkdir -p $$(@D)
	$$(Q)$$(call link,$$(filter %.o,$$^) $$(CHECK_LIBS) $$(FAKE_LIBS) \
	  $$(PLUGIN_LIBS_$(call ptest_plugin,$(1))) -lm)
endef
$(foreach t,$(PTEST_SRC),$(eval $(call ptest_rule,$(t))))

$(OUT)/bench/%: $(OUT)/obj/tests/bench/%.o $(ALL_ROOMS)
	$(call say,LD,$@)
	@mkdir -p $(@D)
	$(Q)$(call link,$< -Wl$(comma)--start-group $(ALL_ROOMS) -Wl$(comma)--end-group $(CORE_LIBS))

# A fuzz target, linked with what it looks into: with libFuzzer, or with a driver of our own.
define fuzz_rule
$(OUT)/fuzz/$(1) $(OUT)/driven/$(1): $(call objs,tests/fuzz/$(1).c tests/fuzz/fuzz.c) \
  $(if $(filter fuzz_sandbox_%,$(1)),$(call objs,tests/fuzz/org.c $(filter-out \
    tests/sandbox/main.c,$(SANDBOX_SRC))),$(UNIT_HELP) $(ALL_ROOMS)) \
  $(if $(filter fuzz_ctr,$(1)),$(call objs,$(call plugin_src,ctr)))
	$$(call say,LD,$$@)
	@mkdir -p $$(@D)
	$$(Q)$$(call link,$$(if $$(findstring /driven/,$$@),,-fsanitize=fuzzer) \
	  -Wl$$(comma)--start-group $$(filter %.o %.a,$$^) -Wl$$(comma)--end-group \
	  $(if $(filter fuzz_sandbox_%,$(1)),$$(SANDBOX_LIBS),$$(CORE_LIBS) $$(CHECK_LIBS)))
$(OUT)/driven/$(1): $(call objs,tests/fuzz/drive.c)
endef
$(foreach f,$(FUZZ_SRC),$(eval $(call fuzz_rule,$(patsubst tests/fuzz/%.c,%,$(f)))))

-include $(shell find $(OUT)/obj -name '*.d' 2>/dev/null)

# --- testing -------------------------------------------------------------------------------------

# Tools are installed first; then make reads this file again, since pkg-config was perhaps missing.
J = $(if $(filter -j%,$(MAKEFLAGS)),,-j$(JOBS))
SETUP := tests/setup/install.sh
# What programs and scripts find in their environment, all absolute.
TEST_ENV = AC_ROOT=$(CURDIR) AC_OUT=$(abspath $(OUT)) AC_JOBS=$(JOBS) AC_VERSION=$(VERSION) \
  ACLOAD=$(abspath $(OUT)/acload) SANDBOX=$(abspath $(OUT)/acload-sandbox) \
  PLUGINS=$(abspath $(OUT)/plugins) AC_ABI=$(abspath $(OUT)/abi) \
  TORTURE=$(abspath $(TORTURE)) REFUSE=$(abspath $(REFUSE)) \
  AC_PRELOADS=$(abspath $(OUT)/torture) AC_CHAOS=$(abspath $(OUT)/chaos) \
  AC_DRIVEN='$(DRIVEN)' AC_BENCH=$(abspath $(OUT)/bench) \
  AC_INSTALLED=$(abspath $(OUT)/installed)

.PHONY: test run-tests
test:
	@$(SETUP) build test
	@+$(MAKE) $(J) run-tests

# Tests of the rooms that load plugins need some.
LOADERS := plugin batch sink job engine hook report cli
$(foreach r,$(LOADERS),$(filter $(OUT)/tests/unit/$(r)/%,$(UNIT))): | $(PLUGIN_SO) $(ABI_SO)

FUZZ_TEST := $(filter tests/e2e/test_fuzz.sh,$(RUN_SCRIPTS))
CHAOS_TEST := $(filter tests/e2e/test_chaos.sh,$(RUN_SCRIPTS))
INSTALL_TEST := $(filter tests/setup/test_install.sh,$(RUN_SCRIPTS))
TESTED = $(RUN_UNIT) $(if $(strip $(RUN_SCRIPTS)),all $(ABI_SO) $(TORTURE) $(REFUSE) $(PRELOADS) \
  $(CHAOS) $(OUT)/bench/measure) $(if $(FUZZ_TEST),$(DRIVEN)) $(if $(CHAOS_TEST),$(CHAOS_ACLOAD))
run-tests: $(TESTED) $(if $(INSTALL_TEST),installed)
	@$(TEST_ENV) CASE='$(CASE)' tests/runner.sh $(RUN_UNIT) $(RUN_SCRIPTS)

# An installed tree for tests/setup/test_install.sh; then acload as it was, with its own paths. It
# makes archives anew that others link to, so it comes when all of them are done.
.PHONY: installed
installed: $(TESTED)
	@rm -rf $(OUT)/installed
	@+$(MAKE) DESTDIR= prefix=$(abspath $(OUT)/installed) install > $(OUT)/installed.log
	@+$(MAKE) all > /dev/null

.PHONY: asan ubsan tsan valgrind
asan ubsan tsan:
	@+$(MAKE) VARIANT=$@ CK_FORK=no LIMIT_S=300 test

valgrind:
	@$(SETUP) build test check
	@+$(MAKE) $(J) run-valgrind
.PHONY: run-valgrind
run-valgrind: $(RUN_UNIT)
	@$(TEST_ENV) CK_FORK=no LIMIT_S=600 WRAP="valgrind -q --error-exitcode=99 --leak-check=full \
	  --errors-for-leak-kinds=definite --suppressions=$(CURDIR)/tests/valgrind.supp" \
	  tests/runner.sh $(RUN_UNIT)

.PHONY: samples
samples:
	@+$(MAKE) T=samples test

.PHONY: demo
demo:
	@$(SETUP) build demo
	@+$(MAKE) $(J) all $(OUT)/bench/generate
	@$(TEST_ENV) tests/e2e/demo.sh

.PHONY: bench run-bench bench-s3
bench:
	@$(SETUP) build test
	@+$(MAKE) $(J) run-bench
run-bench: all $(BENCH)
	@status=0; $(TEST_ENV) tests/bench/run.sh || status=1; $(TEST_ENV) tests/bench/s3.sh && \
	  exit $$status
bench-s3: all $(BENCH)
	@$(TEST_ENV) tests/bench/s3.sh

.PHONY: torture run-torture matrix run-matrix chaos run-chaos peers run-peers
torture:
	@$(SETUP) build test
	@+$(MAKE) $(J) run-torture
run-torture: all $(ABI_SO) $(TORTURE)
	@$(TEST_ENV) N='$(N)' LIMIT_S=7200 tests/runner.sh $(TORTURES)

matrix:
	@$(SETUP) build test
	@+$(MAKE) $(J) run-matrix
run-matrix: all $(ABI_SO) $(REFUSE)
	@$(TEST_ENV) M='$(M)' LIMIT_S=3600 tests/runner.sh $(MATRIX)

chaos:
	@$(SETUP) build test
	@+$(MAKE) $(J) run-chaos
run-chaos: all $(CHAOS_ACLOAD)
	@$(TEST_ENV) N='$(N)' LIMIT_S=7200 tests/runner.sh tests/chaos/run.sh

peers:
	@$(SETUP) build test peers
	@+$(MAKE) $(J) run-peers
run-peers: all $(TORTURE)
	@$(TEST_ENV) LIMIT_S=1200 tests/runner.sh $(PEERS)

# acload as Lambda starts it: its loader and libraries are those that lie beside it there.
TASK := /var/task
LAMBDA_ZIP := $(OUT)/acload-lambda.zip
lambda_loader = $(TASK)/lib/$$(ldd $(ACLOAD) | sed -n 's|.*/\(ld-linux[^ ]*\) (0x.*|\1|p')
$(OUT)/lambda/bootstrap: $(call objs,core/main.c) $(ALL_ROOMS) | $(ACLOAD)
	$(call say,LD,$@)
	@mkdir -p $(@D)
	$(Q)$(call link,$< -Wl$(comma)--start-group $(ALL_ROOMS) -Wl$(comma)--end-group $(CORE_LIBS) \
	  -Wl$(comma)--disable-new-dtags -Wl$(comma)-rpath=$(TASK)/lib \
	  -Wl$(comma)--dynamic-linker=$(lambda_loader))
$(LAMBDA_ZIP): $(OUT)/lambda/bootstrap $(INSTALLED_SO) $(wildcard schemas/*.json) \
  $(LAMBDA_CONFIG) $(OUT)/lambda/config samples/deploy/lambda-zip.sh
	$(call say,ZIP,$@)
	$(Q)samples/deploy/lambda-zip.sh $< $(OUT)/plugins schemas $(abspath $@) $(LAMBDA_CONFIG)
$(OUT)/lambda/config: export STAMP := $(LAMBDA_CONFIG)
$(OUT)/lambda/config: FORCE
	$(stamp)

.PHONY: lambda lambda-test run-lambda-test
lambda:
	@$(SETUP) build lambda
	@+$(MAKE) $(J) $(LAMBDA_ZIP)
	@echo $(LAMBDA_ZIP)
run-lambda-test: all $(LAMBDA_ZIP)
	@$(TEST_ENV) AC_ZIP=$(abspath $(LAMBDA_ZIP)) tests/runner.sh tests/e2e/lambda/test_zip.sh
lambda-test:
	@$(SETUP) build test lambda check
	@+$(MAKE) $(J) run-lambda-test

.PHONY: check
check:
	@+for goal in test asan valgrind lint torture matrix chaos peers lambda-test fuzz bench; do \
	  $(MAKE) $$goal || exit; done

.PHONY: lint run-lint format
lint:
	@$(SETUP) build test lint
	@+$(MAKE) $(J) run-lint
run-lint: all $(OUT)/compile_commands.json
	@$(TEST_ENV) tests/lint/run.sh

C_DIRS := $(wildcard core plugins tests)
ALL_C := $(sort $(patsubst ./%,%,$(shell find $(C_DIRS) -name '*.c' -not -path '*/lint/*')))
ALL_H := $(sort $(patsubst ./%,%,$(shell find $(C_DIRS) -name '*.h' -not -path '*/lint/*')))
format:
	@$(SETUP) lint
	@clang-format -i $(ALL_C) $(ALL_H)

# What clang-tidy, cppcheck and editors want to know.
quote := "
json = $(subst $(quote),\$(quote),$(subst \,\\,$(1)))
$(OUT)/compile_commands.json: Makefile $(OUT)/flags $(OUT)/paths $(OUT)/sources.list
	$(file >$@,[)
	$(foreach c,$(ALL_C),$(file >>$@,{"directory": "$(CURDIR)"$(comma) "file": "$(c)"$(comma) \
	  "command": "$(call json,$(CC) $(call flags_of,$(c)) -c $(c))"}$(if \
	  $(filter-out $(lastword $(ALL_C)),$(c)),$(comma))))
	$(file >>$@,])
	@:
$(OUT)/sources.list: export STAMP := $(ALL_C)

.PHONY: cover run-cover
cover:
	@$(SETUP) build test
	@+$(MAKE) VARIANT=cover run-cover
run-cover:
	@find $(OUT) -name '*.gcda' -delete 2>/dev/null || :
	@+$(MAKE) $(J) run-tests
	@tests/setup/cover.sh $(OUT)

FUZZ_SECONDS ?= 20
.PHONY: fuzz run-fuzz
fuzz:
	@$(SETUP) build fuzz
	@+$(MAKE) VARIANT=fuzz $(J) run-fuzz
run-fuzz: $(FUZZ)
	@$(if $(FUZZ),,echo "fuzz: there is no tests/fuzz/fuzz_*.c")
	@$(foreach f,$(FUZZ),tests/setup/fuzz.sh $(f) $(FUZZ_SECONDS) &&) :

# --- installing ----------------------------------------------------------------------------------

ABI := $(shell sed -n 's/^\#define ACLOAD_ABI \([0-9]*\).*/\1/p' core/include/acload/plugin.h)
SCHEMAS := $(wildcard schemas/*.json)
REPORTS := $(wildcard schemas/reports/*.json)
MAN := $(wildcard core/cli/acload.1)
D = $(DESTDIR)

.PHONY: install uninstall
install: $(ACLOAD) $(INSTALLED_SO)
	$(INSTALL) -d $(D)$(bindir) $(D)$(plugindir) $(D)$(libdir)/pkgconfig \
	  $(D)$(includedir)/acload $(D)$(schemadir) $(D)$(mandir)/man1
	$(INSTALL) -m 755 $(ACLOAD) $(D)$(bindir)/
	$(if $(INSTALLED_SO),$(INSTALL) -m 644 $(INSTALLED_SO) $(D)$(plugindir)/)
	$(INSTALL) -m 644 core/include/acload/plugin.h $(D)$(includedir)/acload/
	$(if $(SCHEMAS),$(INSTALL) -m 644 $(SCHEMAS) $(D)$(schemadir)/)
	$(if $(REPORTS),$(INSTALL) -d $(D)$(schemadir)/reports)
	$(if $(REPORTS),$(INSTALL) -m 644 $(REPORTS) $(D)$(schemadir)/reports/)
	$(if $(MAN),$(INSTALL) -m 644 $(MAN) $(D)$(mandir)/man1/)
	sed -e 's|@prefix@|$(prefix)|' -e 's|@libdir@|$(libdir)|' -e 's|@plugindir@|$(plugindir)|' \
	  -e 's|@includedir@|$(includedir)|' -e 's|@version@|$(VERSION)|' -e 's|@abi@|$(ABI)|' \
	  -e '/^#/d' core/acload.pc.in > $(D)$(libdir)/pkgconfig/acload.pc
	chmod 644 $(D)$(libdir)/pkgconfig/acload.pc

uninstall:
	rm -f $(D)$(bindir)/acload $(D)$(libdir)/pkgconfig/acload.pc $(D)$(mandir)/man1/acload.1 \
	  $(D)$(includedir)/acload/plugin.h $(foreach p,$(PLUGINS),$(D)$(plugindir)/$(p).so) \
	  $(foreach s,$(SCHEMAS) $(REPORTS),$(D)$(schemadir)/$(patsubst schemas/%,%,$(s)))
	for d in $(schemadir)/reports $(schemadir) $(datadir)/acload $(plugindir) $(libdir)/acload \
	  $(includedir)/acload; do rmdir $(D)$$d 2>/dev/null || :; done

.PHONY: dist clean help
dist:
	@mkdir -p $(OUT)
	git archive --prefix=acload-$(VERSION)/ -o $(OUT)/acload-$(VERSION).tar.gz HEAD
	@echo $(OUT)/acload-$(VERSION).tar.gz

clean:
	rm -rf $(addprefix $(BUILD)/,$(VARIANTS))

help:
	@sed -n '2,/^[^#]/s/^# \{0,1\}//p' $(firstword $(MAKEFILE_LIST))
