"""`. ./setup.sh`, in shells and folders of all kinds, with a Python that writes down what it is told to install."""

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
SHELLS = [[*words] for words in (["sh"], ["dash"], ["bash"], ["bash", "--posix"], ["zsh"], ["ksh"], ["mksh"])]
SHELLS = [words for words in SHELLS if shutil.which(words[0])]
ENTERED = 'printf "in %s\\n" "$VIRTUAL_ENV"'

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="setup.sh is for shells of Unix")

# Stands for every program of an environment: makes environments of itself, and calls nothing that needs a network.
PYTHON = """#!/bin/sh
case "$*" in
    *version_info\\[:2\\]*) echo {version} ;;
    *"-m venv "*)
        mkdir -p "$3/bin" && cp "$0" "$3/bin/python" && cp "$0" "$3/bin/uv"
        printf 'VIRTUAL_ENV="%s"; export VIRTUAL_ENV\\n' "$3" >"$3/bin/activate" ;;
    "pip install"*) echo "installed in $PWD" >>"$VIRTUAL_ENV/log"; exit ${{INSTALLING:-0}} ;;
    *"3, 11"*) [ {version} != 3.9 ] ;;
esac
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A copy of what setup.sh looks at, in a folder whose name has spaces and accents, with `tools` beside it."""
    return project_in(tmp_path)


def project_in(folder: Path) -> Path:
    project, tools = folder / "a lecture é" / "unspiral", folder / "tools"
    project.mkdir(parents=True)
    tools.mkdir()
    for name in ("setup.sh", "pyproject.toml"):
        shutil.copy(ROOT / name, project)
    program(tools / "python3", PYTHON.format(version="3.12"))
    for name in ("pkg-config", "cc", "c++"):
        program(tools / name, "#!/bin/sh\n")
    return project


def program(path: Path, text: str) -> None:
    path.write_text(text)
    path.chmod(0o755)


def shell(project: Path, words: list[str], line: str, folder: Path | None = None, **environment: str) -> str:
    """What a shell prints, both streams, that is given a line in `folder`, and its exit code."""
    tools = project.parents[1] / "tools"
    environment = {"PATH": f"{tools}:/usr/bin:/bin", "HOME": str(tools / "home"), "T": str(project), **environment}
    done = subprocess.run(
        [*words, "-c", line] if "\n" not in line else [*words, program_of(project, line)],
        cwd=folder or project,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=60,
    )
    return f"{done.stdout}exit {done.returncode}\n"


def program_of(project: Path, lines: str) -> str:
    path = project.parents[1] / "some script"
    path.write_text(lines)
    return str(path)


@pytest.mark.parametrize("words", SHELLS, ids="-".join)
@pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="reads Linux's account of open files for some shells")
def test_it_is_entered_from_any_folder_in_any_shell(project: Path, words: list[str], tmp_path: Path) -> None:
    for line in (
        f". ./setup.sh && {ENTERED}",
        f'cd / && set -eu && . "$T/setup.sh" && {ENTERED} && [ "$PWD" = / ]',
        f"cd .. && ( . unspiral/setup.sh; {ENTERED} )",
        f'cd /\n. "$T/setup.sh"\n{ENTERED}\n',
    ):
        said = shell(project, words, line)
        assert said.endswith(f"in {project}/.venv\nexit 0\n"), (line, said)
    assert (project / ".venv" / "log").read_text().count("installed") == 1  # the first time only


@pytest.mark.parametrize("words", SHELLS, ids="-".join)
def test_it_leaves_the_shells_options_alone(project: Path, words: list[str]) -> None:
    said = shell(
        project, words, 'a=$-; . ./setup.sh; [ "$a" = "$-" ] && set -eu && a=$- && . ./setup.sh && [ "$a" = "$-" ]'
    )
    assert said.endswith("exit 0\n"), said


@pytest.mark.parametrize("words", SHELLS, ids="-".join)
def test_run_instead_of_sourced_it_says_how(project: Path, words: list[str]) -> None:
    done = subprocess.run([*words, "setup.sh"], cwd=project, capture_output=True, text=True)
    assert done.returncode == 1 and not (project / ".venv").exists()
    assert (
        done.stderr
        == f"setup.sh: it must be sourced, so that your shell enters the environment: . {project}/setup.sh\n"
    )


def test_a_folder_reached_through_a_link_is_the_same_folder(project: Path, tmp_path: Path) -> None:
    shell(project, ["sh"], ". ./setup.sh")
    (tmp_path / "linked").symlink_to(project)
    said = shell(project, ["sh"], f". ./setup.sh && {ENTERED}", tmp_path / "linked")
    assert said == f"in {project}/.venv\nexit 0\n"


def test_an_environment_that_was_moved_is_made_anew_and_comes_back_if_that_fails(project: Path) -> None:
    shell(project, ["sh"], ". ./setup.sh")
    moved = project.with_name("moved")
    project.rename(moved)
    (moved / ".venv" / "mine").touch()
    said = shell(project, ["sh"], ". ./setup.sh", moved, INSTALLING="1")
    assert "was made for another folder" in said and "could not install" in said and said.endswith("exit 1\n")
    assert (moved / ".venv" / "mine").exists() and not (moved / ".venv.old").exists()
    said = shell(project, ["sh"], f". ./setup.sh && {ENTERED}", moved)
    assert said.endswith(f"in {moved}/.venv\nexit 0\n")
    assert not (moved / ".venv" / "mine").exists() and not (moved / ".venv.old").exists()


def test_an_environment_of_ones_own_is_built_upon(project: Path) -> None:
    shell(
        project, ["sh"], f'"{project.parents[1]}/tools/python3" -m venv "$T/.venv" && touch .venv/mine && . ./setup.sh'
    )
    assert (project / ".venv" / "mine").exists() and (project / ".venv" / "ready").exists()


@pytest.fixture
def somebody_elses() -> Iterator[Path]:
    """A project where anybody may read (pytest's own folders are closed to others), and none but us may write."""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        project = project_in(Path(folder))
        shell(project, ["sh"], ". ./setup.sh")
        (project.parents[1] / "tools" / "home").mkdir()
        (project.parents[1] / "tools" / "home").chmod(0o777)
        for path in (project, project / ".venv"):
            path.chmod(0o555)
        yield project
        for path in (project, project / ".venv"):
            path.chmod(0o755)


@pytest.mark.parametrize("ready", [True, False], ids=["ready", "stale"])
def test_somebody_elses_checkout_is_used_as_it_is_or_gets_an_environment_elsewhere(
    somebody_elses: Path, ready: bool
) -> None:
    project = somebody_elses
    other = ["setpriv", "--reuid=65534", "--clear-groups"] if os.getuid() == 0 else []
    if other and not shutil.which("setpriv"):
        pytest.skip("root may write everywhere; to be somebody else it takes setpriv (util-linux)")
    if not ready:
        os.utime(project / "pyproject.toml", (2e9, 2e9))
    before = sorted(project.rglob("*"))
    said = shell(project, [*other, "sh"], f". ./setup.sh && {ENTERED}")
    if ready:
        assert said == f"in {project}/.venv\nexit 0\n"
    else:
        assert said.count("\n") == 4 and "/tools/home/.cache/unspiral/venv-" in said and said.endswith("exit 0\n"), said
        said = shell(project, [*other, "sh"], ". ./setup.sh", HOME="/proc")
        assert said.count("\n") == 2 and "name a folder with UNSPIRAL_VENV=folder" in said and said.endswith("exit 1\n")
    assert sorted(project.rglob("*")) == before


def test_pythons_that_do_not_serve_are_named_as_what_they_are(project: Path) -> None:
    tools = project.parents[1] / "tools"
    for name, version in {"python3": "3.9", "python3.14": "3.10", "python3.12": "3.15", "python3.11": "2.7"}.items():
        program(tools / name, PYTHON.format(version=version))
    program(
        tools / "python3.13",
        PYTHON.format(version="3.13").replace("case", '[ "${2#*ensurepip}" = "$2" ] || exit 1\ncase', 1),
    )
    program(tools / "apt-get", "#!/bin/sh\n")
    program(tools / "sudo", "#!/bin/sh\n")
    said = shell(project, ["sh"], ". ./setup.sh")
    for part in ("Python 3.11 to 3.14 is needed", "python3 is 3.9, too old", "python3.14 is 3.10, too old"):
        assert part in said
    assert "python3.12 is 3.15, newer than" in said and "python3.13 is 3.13 without its venv module" in said
    assert said.endswith("exit 1\n") and not (project / ".venv").exists()


def test_from_a_folder_that_is_not_the_projects_a_shell_that_cannot_know_says_so(project: Path, tmp_path: Path) -> None:
    (tmp_path / "setup.sh").write_text((project / "setup.sh").read_text())  # no project beside it
    said = shell(project, ["bash"], ". ./setup.sh", tmp_path)
    assert said.count("\n") == 2 and "go to its folder first" in said and said.endswith("exit 1\n")
