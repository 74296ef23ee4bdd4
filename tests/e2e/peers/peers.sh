# SPDX-License-Identifier: MIT
# How scripts here get the programs that others wrote. To be sourced after lib.sh.
#
#   peer_install NAME PACKAGE...   installs npm packages once, into a folder of the build; sets
#                                  PEER_MODULES, its node_modules. Ends the script with one failed
#                                  test when that is not possible.
peer_install() { # name package...
    local dir=${AC_OUT:-$TMPDIR}/peers/$1 name=$1
    shift
    PEER_MODULES=$dir/node_modules
    export PEER_MODULES
    [ ! -e "$dir/installed" ] || [ "$(< "$dir/installed")" != "$*" ] || return 0
    command -v npm > /dev/null || {
        not_ok "npm_is_there_to_install_$name" 'install node with npm'
        exit 1
    }
    mkdir -p "$dir" && echo '{"private":true}' > "$dir/package.json"
    (cd "$dir" && npm install --silent --no-audit --no-fund "$@") > "$SB_DIR/npm.log" 2>&1 || {
        not_ok "npm_installs_$name" "$(tail -n 20 "$SB_DIR/npm.log")"
        exit 1
    }
    echo "$*" > "$dir/installed"
}
