#!/bin/sh
# Makes .venv and brings it in step with requirements/$1.txt (run or dev), by hash.
# Nothing happens when the lock, pyproject.toml and the interpreter are those of the last time.
set -eu
lock=requirements/$1.txt
stamp=.venv/.locked-$1

say() { printf '%s\n' "$*" >&2; }
new_enough() { "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; }

find_python() {
    for python in ${PYTHON:-python3 python3.13 python3.12 python3.11 python3.14}; do
        if new_enough "$python"; then
            echo "$python"
            return
        fi
    done
    say "placid needs Python 3.11 or newer; none was found (looked for: ${PYTHON:-python3})."
    say "Install one, or name it: make PYTHON=/path/to/python3.11 ..."
    exit 2
}

need_venv() {
    "$1" -c 'import ensurepip, venv' 2>/dev/null && return
    package=$("$1" -c 'import sys; print("python%d.%d-venv" % sys.version_info[:2])')
    if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
        say "installing $package: this Python comes without venv"
        apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq "$package" >&2
        return
    fi
    say "This Python comes without venv. Install it and try again:"
    say "    sudo apt-get install $package"
    exit 2
}

fingerprint() {
    { cat "$1" pyproject.toml tools/install.sh; .venv/bin/python -VV; pwd -P; } | cksum
}

make_venv() {
    # A folder that was moved, or whose interpreter is gone, is made anew.
    if .venv/bin/python -c "import sys; sys.exit(sys.prefix != '$(pwd -P)/.venv')" 2>/dev/null &&
        new_enough .venv/bin/python; then
        return
    fi
    python=$(find_python)
    need_venv "$python"
    "$python" -m venv --clear .venv
}

make_venv
if [ "$(cat "$stamp" 2>/dev/null)" = "$(fingerprint "$lock")" ]; then exit 0; fi
# What dev holds includes run, at the same versions.
if [ "$1" = run ] && [ "$(cat .venv/.locked-dev 2>/dev/null)" = "$(fingerprint requirements/dev.txt)" ]; then
    exit 0
fi
say "installing $lock into .venv"
.venv/bin/python -m pip install --quiet --require-hashes -r "$lock"
.venv/bin/python -m pip install --quiet --no-deps --no-build-isolation -e .
# Where PYTHONDONTWRITEBYTECODE is set, nothing else would, and every command would start slowly.
.venv/bin/python -m compileall -q -j 0 src .venv/lib >/dev/null || true
fingerprint "$lock" >"$stamp"
