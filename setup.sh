# Prepares .venv and enters it. Source it from the project's folder, as often as you like:
#
#     . ./setup.sh
#
# Works in sh, dash, bash and zsh; leaves the shell's options alone; returns non-zero and says why if a step fails.

unspiral_fail() {
    printf 'setup.sh: %s\n' "$1" >&2
    return 1
}

# Manim's drawing libraries are compiled on Linux: cairo and pango are needed, LaTeX and ffmpeg are not.
unspiral_system() {
    pkg-config --exists pangocairo 2>/dev/null && return 0
    if command -v apt-get >/dev/null 2>&1; then
        unspiral_packages="gcc libc6-dev libpango1.0-dev pkg-config python3-dev python3-venv"
        if [ "$(id -u)" = 0 ]; then
            unspiral_root="env DEBIAN_FRONTEND=noninteractive"
        elif [ -t 0 ]; then
            unspiral_root="sudo env DEBIAN_FRONTEND=noninteractive"
        else
            unspiral_root="sudo -n env DEBIAN_FRONTEND=noninteractive"
        fi
        # unquoted on purpose: both hold several words (zsh: see the eval)
        eval "$unspiral_root apt-get update -qq && $unspiral_root apt-get install -y -qq --no-install-recommends $unspiral_packages" >/dev/null </dev/null ||
            unspiral_fail "could not install the system libraries; run: sudo apt-get install $unspiral_packages"
    elif command -v brew >/dev/null 2>&1; then
        brew install --quiet cairo pango pkgconf || unspiral_fail "could not install cairo; run: brew install cairo pango pkgconf"
    else
        unspiral_fail "pango and cairo are missing; install their development packages (pangocairo), then try again"
    fi
}

unspiral_python() {
    for unspiral_candidate in python3 python3.13 python3.12 python3.11; do
        if "$unspiral_candidate" -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
            printf '%s\n' "$unspiral_candidate"
            return 0
        fi
    done
    unspiral_fail "Python 3.11 or newer with its venv module is needed (Debian, Ubuntu: apt-get install python3-venv)"
}

# Ready means: made from this pyproject.toml, in this folder (a moved .venv points to its old place).
unspiral_ready() {
    [ -f .venv/ready ] && [ ! pyproject.toml -nt .venv/ready ] && [ "$(cat .venv/ready)" = "$PWD" ]
}

unspiral_install() (
    [ "$(cat .venv/ready 2>/dev/null)" = "$PWD" ] || rm -rf .venv
    rm -f .venv/ready
    [ -x .venv/bin/python ] || "$1" -m venv .venv || exit 1
    .venv/bin/python -m pip install --quiet --disable-pip-version-check uv || exit 1
    # a folder of wheels that pip is told about serves uv too; without one, a CPU build of torch where there is no GPU
    if [ -n "${PIP_FIND_LINKS:-}" ]; then
        UV_FIND_LINKS=${UV_FIND_LINKS:-$PIP_FIND_LINKS}
        export UV_FIND_LINKS
    else
        UV_TORCH_BACKEND=${UV_TORCH_BACKEND:-auto}
        export UV_TORCH_BACKEND
    fi
    VIRTUAL_ENV=$PWD/.venv .venv/bin/uv pip install --quiet -e '.[test]' || exit 1
    # compiled now, even where PYTHONDONTWRITEBYTECODE is set: else a render spends seconds on it, or every one does
    .venv/bin/python -m compileall -q .venv/lib/python3*/site-packages/numba >/dev/null
    PYTHONDONTWRITEBYTECODE='' .venv/bin/python -c 'import manim, torch, scenes.parts, engine.cli' || exit 1
    printf '%s' "$PWD" >.venv/ready
)

unspiral_setup() {
    [ -f pyproject.toml ] && [ -f setup.sh ] || {
        unspiral_fail "run it from the project's folder: cd unspiral, then . ./setup.sh"
        return 1
    }
    if ! unspiral_ready; then
        echo "setup.sh: preparing .venv (the first time takes a minute or two)" >&2
        unspiral_system || return 1
        unspiral_interpreter=$(unspiral_python) || return 1
        unspiral_install "$unspiral_interpreter" || {
            unspiral_fail "could not install the Python packages; the lines above say why"
            return 1
        }
    fi
    . ./.venv/bin/activate
}

unspiral_setup
