# Prepares a virtual environment and enters it. Source it, from any folder, as often as you like:
#
#     . path/to/unspiral/setup.sh
#
# Works in sh, dash, bash, zsh and ksh; leaves the shell's options and folder alone; returns non-zero and says why if a
# step fails. The environment is .venv beside this file; where that is somebody else's or cannot be written, one in your
# own cache; or where UNSPIRAL_VENV says.

unspiral_say() {
    printf 'setup.sh: %s\n' "$1" >&2
}

unspiral_fail() {
    unspiral_say "$1"
    return 1
}

unspiral_is_project() {
    [ -f "$1/setup.sh" ] && grep -q '^name = "unspiral"' "$1/pyproject.toml" 2>/dev/null
}

# unspiral_home: where this file lies. bash, zsh and ksh93 tell a file that is sourced; other shells hold it open, which Linux shows.
unspiral_here() {
    unspiral_file=
    if [ -n "${BASH_VERSION:-}" ]; then
        unspiral_file=$BASH_SOURCE
    elif [ -n "${ZSH_VERSION:-}" ]; then
        eval 'unspiral_file=${functions_source[unspiral_here]}' # as it is: %x escapes accents
    elif (eval ': "${.sh.file}"') 2>/dev/null; then
        eval 'unspiral_file=${.sh.file}'
    elif [ -r /proc/self/stat ]; then
        read -r unspiral_process unspiral_file </proc/self/stat # of a subshell too: $$ would be its parent
        for unspiral_open in "/proc/$unspiral_process/fd"/*; do
            unspiral_file=$(readlink "$unspiral_open" 2>/dev/null) || continue
            case $unspiral_file in */setup.sh) unspiral_is_project "${unspiral_file%/*}" && break ;; esac
        done
    fi
    case $unspiral_file in
        */*) unspiral_folder=${unspiral_file%/*} ;;
        *) unspiral_folder=. ;;
    esac
    unspiral_is_project "${unspiral_folder:-/}" || unspiral_folder=.
    unspiral_is_project "$unspiral_folder" || {
        unspiral_fail "this shell does not say where the file lies: go to its folder first: cd path/to/unspiral"
        return 1
    }
    unspiral_home=$(CDPATH='' cd -P -- "$unspiral_folder" && pwd -P)
}

unspiral_is_sourced() {
    if [ -n "${BASH_VERSION:-}" ]; then
        [ "$BASH_SOURCE" != "$0" ]
    elif [ -n "${ZSH_VERSION:-}" ]; then
        case $ZSH_EVAL_CONTEXT in *file*) return 0 ;; esac
        return 1
    else
        [ "${0##*/}" != setup.sh ]
    fi
}

# The first Python that can be used, or an empty line; unspiral_rejected says why others cannot. $1: venv must be there.
unspiral_python() {
    unspiral_chosen='' unspiral_rejected=''
    for unspiral_candidate in python3 python3.14 python3.13 python3.12 python3.11; do
        unspiral_version=$("$unspiral_candidate" -c 'import sys; print("%d.%d" % sys.version_info[:2])' 2>/dev/null) || continue
        case $unspiral_version in
            3.11 | 3.12 | 3.13 | 3.14) ;;
            3.? | 3.10 | 2.*) unspiral_why="$unspiral_version, too old" ;;
            *) unspiral_why="$unspiral_version, newer than the packages needed" ;;
        esac
        case $unspiral_version in
            3.11 | 3.12 | 3.13 | 3.14)
                if [ -z "${1:-}" ] || "$unspiral_candidate" -c 'import venv, ensurepip' 2>/dev/null; then
                    unspiral_chosen=$unspiral_candidate
                    return 0
                fi
                unspiral_why="$unspiral_version without its venv module (Debian, Ubuntu: apt-get install $unspiral_candidate-venv)"
                ;;
        esac
        unspiral_rejected="$unspiral_rejected${unspiral_rejected:+; }$unspiral_candidate is $unspiral_why"
    done
    return 1
}

# Whether what Linux has no wheels for can be compiled for Python $1: cairo, pango, and on ARM OpenGL, in C++.
unspiral_compiles() {
    pkg-config --exists pangocairo 2>/dev/null && command -v cc >/dev/null 2>&1 || return 1
    [ "$(uname -m)" = x86_64 ] || command -v c++ >/dev/null 2>&1 || return 1
    "$1" -c 'if True:
        import ensurepip, os, sys, sysconfig, venv
        sys.exit(not os.path.exists(os.path.join(sysconfig.get_path("include"), "Python.h")))' 2>/dev/null
}

# What must be there before Python's packages; LaTeX and an ffmpeg program need not.
unspiral_system() {
    if [ "$(uname -s)" = Darwin ]; then
        [ "$(uname -m)" = arm64 ] || {
            unspiral_fail "this is an Intel Mac, for which there is no PyTorch any more; use Apple silicon, or Linux"
            return 1
        }
        case $(sw_vers -productVersion) in
            1[0-3] | 1[0-3].*)
                unspiral_fail "PyTorch needs macOS 14 or newer; this is macOS $(sw_vers -productVersion)"
                return 1
                ;;
        esac
        pkg-config --exists pangocairo 2>/dev/null && return 0
        command -v brew >/dev/null 2>&1 && brew install --quiet cairo pango pkgconf && return 0
        unspiral_fail "cairo and pango are missing; run: brew install cairo pango pkgconf (Homebrew: https://brew.sh)"
        return 1
    fi
    unspiral_compiles "$1" && return 0
    unspiral_packages="gcc libc6-dev libpango1.0-dev pkg-config $1-dev $1-venv"
    [ "$(uname -m)" = x86_64 ] || unspiral_packages="$unspiral_packages g++"
    if command -v apt-get >/dev/null 2>&1; then
        if [ "$(id -u)" = 0 ]; then
            unspiral_root="env DEBIAN_FRONTEND=noninteractive"
        elif [ -t 0 ]; then
            unspiral_root="sudo env DEBIAN_FRONTEND=noninteractive"
        else
            unspiral_root="sudo -n env DEBIAN_FRONTEND=noninteractive"
        fi
        # both hold several words, which zsh would not split
        eval "$unspiral_root apt-get update -qq && $unspiral_root apt-get install -y -qq --no-install-recommends $unspiral_packages" >/dev/null </dev/null ||
            unspiral_fail "could not install the system libraries; run: sudo apt-get install $unspiral_packages"
    elif command -v dnf >/dev/null 2>&1; then
        unspiral_fail "a compiler, pango or Python's headers are missing; run: sudo dnf install gcc gcc-c++ pango-devel pkgconf python3-devel"
    elif command -v pacman >/dev/null 2>&1; then
        unspiral_fail "a compiler or pango is missing; run: sudo pacman -S --needed base-devel pango python"
    elif command -v zypper >/dev/null 2>&1; then
        unspiral_fail "a compiler, pango or Python's headers are missing; run: sudo zypper install gcc gcc-c++ pango-devel pkgconf python3-devel"
    else
        unspiral_fail "a C compiler, Python's headers or pango's (pkg-config pangocairo) are missing: install them, then try again"
    fi
}

# Names the environment: .venv, unless it is somebody else's and not ready, or there is none and no room for one.
unspiral_place() {
    unspiral_venv=${UNSPIRAL_VENV:-$unspiral_home/.venv}
    [ -z "${UNSPIRAL_VENV:-}" ] || return 0
    unspiral_ready && return 0
    if [ -e "$unspiral_venv" ]; then
        [ -w "$unspiral_home" ] && [ -w "$unspiral_venv" ] && [ -w "$unspiral_venv/bin" ] && return 0
    else
        [ -w "$unspiral_home" ] && return 0
    fi
    unspiral_cache=${XDG_CACHE_HOME:-${HOME:-/nonexistent}/.cache}
    unspiral_venv=$unspiral_cache/unspiral/venv-$(printf '%s' "$unspiral_home" | cksum | cut -d ' ' -f 1)
    mkdir -p "$unspiral_venv" 2>/dev/null && [ -w "$unspiral_venv" ] || {
        unspiral_fail "cannot write into $unspiral_home nor into $unspiral_cache: name a folder with UNSPIRAL_VENV=folder"
        return 1
    }
    unspiral_ready || unspiral_say "cannot write into $unspiral_home: the environment goes to $unspiral_venv"
}

# Ready means: made from this pyproject.toml for this folder, by whatever path it is reached, and its Python still runs.
unspiral_ready() {
    [ -f "$unspiral_venv/ready" ] && [ ! "$unspiral_home/pyproject.toml" -nt "$unspiral_venv/ready" ] &&
        [ "$(cat "$unspiral_venv/ready")" -ef "$unspiral_home" ] && unspiral_runs 'import importlib.util as u; raise SystemExit(not u.find_spec("manim"))'
}

unspiral_runs() {
    "$unspiral_venv/bin/python" -c "$1" 2>/dev/null
}

# Whether what is there can be built upon: its Python runs, is new enough, and was not moved here from elsewhere.
unspiral_usable() {
    unspiral_runs 'import sys; raise SystemExit(not (3, 11) <= sys.version_info < (3, 15))' &&
        { [ ! -f "$unspiral_venv/ready" ] || [ "$(cat "$unspiral_venv/ready")" -ef "$unspiral_home" ]; }
}

# Makes the environment with Python $1. One that cannot be used is put aside, and comes back if the new one fails.
unspiral_install() (
    cd "$unspiral_home" || exit 1
    unspiral_aside=
    if [ -e "$unspiral_venv/bin" ] && ! unspiral_usable; then
        unspiral_aside=$unspiral_venv.old
        unspiral_say "$unspiral_venv was made for another folder or by another Python: making it anew"
        rm -rf "$unspiral_aside" && mv "$unspiral_venv" "$unspiral_aside" || exit 1
    fi
    if unspiral_packages_in "$1"; then
        [ -z "$unspiral_aside" ] || rm -rf "$unspiral_aside"
    else
        [ -z "$unspiral_aside" ] || { rm -rf "$unspiral_venv" && mv "$unspiral_aside" "$unspiral_venv"; }
        exit 1
    fi
)

unspiral_packages_in() {
    [ -x "$unspiral_venv/bin/python" ] || "$1" -m venv "$unspiral_venv" || return 1
    rm -f "$unspiral_venv/ready" || return 1
    "$unspiral_venv/bin/python" -c 'import pip' 2>/dev/null || "$unspiral_venv/bin/python" -m ensurepip >/dev/null || return 1
    "$unspiral_venv/bin/python" -m pip install --quiet --disable-pip-version-check uv || return 1
    # a folder of wheels that pip is told about serves uv too; without one, a CPU build of torch where there is no GPU
    if [ -n "${PIP_FIND_LINKS:-}" ]; then
        UV_FIND_LINKS=${UV_FIND_LINKS:-$PIP_FIND_LINKS}
        export UV_FIND_LINKS
    else
        UV_TORCH_BACKEND=${UV_TORCH_BACKEND:-auto}
        export UV_TORCH_BACKEND
    fi
    VIRTUAL_ENV=$unspiral_venv "$unspiral_venv/bin/uv" pip install --quiet -e '.[test]' || return 1
    # compiled now, even where PYTHONDONTWRITEBYTECODE is set: else a render spends seconds on it, or every one does
    "$unspiral_venv/bin/python" -m compileall -q "$unspiral_venv"/lib/python3*/site-packages/numba >/dev/null
    PYTHONDONTWRITEBYTECODE='' "$unspiral_venv/bin/python" -W ignore::SyntaxWarning -c 'import manim, torch, scenes.parts, engine.cli' || return 1
    printf '%s' "$unspiral_home" >"$unspiral_venv/ready"
}

unspiral_setup() {
    unspiral_here || return 1
    unspiral_is_sourced || {
        unspiral_fail "it must be sourced, so that your shell enters the environment: . $unspiral_home/setup.sh"
        return 1
    }
    unspiral_place || return 1
    if ! unspiral_ready; then
        unspiral_say "preparing $unspiral_venv (the first time takes a minute or two)"
        unspiral_python || :
        unspiral_system "${unspiral_chosen:-python3}" || return 1
        unspiral_python venv || {
            unspiral_fail "Python 3.11 to 3.14 is needed${unspiral_rejected:+; }$unspiral_rejected"
            return 1
        }
        unspiral_install "$unspiral_chosen" || {
            unspiral_fail "could not install the Python packages; the lines above say why"
            return 1
        }
    fi
    . "$unspiral_venv/bin/activate"
}

unspiral_setup
