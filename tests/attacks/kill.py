"""A killer: commands are killed at any moment; the same command again gives what it would have given undisturbed.

The suite kills some before each of their changes to the file system; real commands at random moments by hand, for as
long as you like: python -m tests.attacks.kill SECONDS [SEED].
"""

import hashlib
import multiprocessing
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from tests.attacks.attacking import saved

CHANGES = ("open", "os.mkdir", "os.rename", "os.remove", "os.rmdir", "os.link", "os.truncate", "shutil.rmtree")
"""Audit events before something changes on the disk; opening counts if it is to write."""

SMALL = ("--size", "128x72", "--fps", "4")
COMMANDS = {
    "train": ("train", "mine.toml", "-o", "trained.safetensors"),
    "cache": ("train", "mine.toml"),
    "thin": ("thin", "run.safetensors", "--every", "2"),
    "sheet": ("show", "run.safetensors", "--sheet", "sheet.png"),
    "film": ("film", "run.safetensors", "--seconds", "2", "-r", "128,72", "--fps", "4"),
    "render": ("render", "scene.py", "-r", "128,72", "--fps", "4", "--jobs", "2"),
    "deliver": ("deliver", "scene.py", "--for", "web", "gif", "poster", *SMALL),
    "deck": ("deck", "scene.py", "-o", "deck.html", *SMALL),
    "page": ("page", "run.safetensors", "-o", "page.html"),
    "stops": ("page", "scene.py", "-o", "stops.html"),
    "still": ("still", "run.safetensors", "--at", "2", "-o", "still.png", "--size", "128x72"),
    "moment": ("still", "scene.py", "--at", "3s", "-o", "moment.png", *SMALL),
    "check": ("check", "scene.py", *SMALL),
    "search": ("search", "mine.toml", "--rounds", "1", "--restarts", "4", "-o", "found.safetensors"),
}
SERVING = {"preview": ("preview", "scene.py", "--no-open", *SMALL), "present": ("present", "scene.py", "--no-open")}
"""They go on until they are told to end: what they began must end with them."""
ENDS = {"check": (0, 1), "search": (0, 1)}
"""Codes: something to be mended, a network that is not as good as was asked for."""
WITHOUT_FORCE = ("render", "film", "check")
SCENE = """
from engine import Run, training
from scenes.parts import FilmScene, Picture, Replay
class Scene(FilmScene):
    def construct(self):
        film = training(Run.load("run.safetensors"))
        picture = Picture(film(0))
        self.add(picture)
        self.next_section("grow")
        self.play(Replay(picture, film, 0, 4, run_time=9))
        self.wait(1)
"""


def killed(do: Callable[[Path], object], place: Path, step: int) -> bool:
    """Whether `do(place)`, in a process of its own, was killed before its change number `step`; else it has ended.

    The process is forked from one that has imported what `do` needs and nothing else: this one has threads that a fork
    would leave in the middle of something. `do` is a function of a module.
    """
    forking = multiprocessing.get_context("forkserver")
    forking.set_forkserver_preload([do.__module__])
    child = forking.Process(target=_until, args=(do, place, step))
    child.start()
    child.join()
    assert child.exitcode in (0, -signal.SIGKILL), child.exitcode
    return child.exitcode != 0


def _until(do: Callable[[Path], object], place: Path, step: int) -> None:
    left = step

    def count(event: str, details: tuple[object, ...]) -> None:
        nonlocal left
        if event not in CHANGES or (event == "open" and not _writes(details)):
            return
        left -= 1
        if left < 0:
            os.kill(os.getpid(), signal.SIGKILL)

    sys.addaudithook(count)
    try:
        do(place)
    except BaseException:
        os._exit(1)
    os._exit(0)


def _writes(details: tuple[object, ...]) -> bool:
    path, mode, flags = details
    changes = bool(int(flags or 0) & (os.O_WRONLY | os.O_RDWR | os.O_CREAT))  # type: ignore[call-overload]
    return changes and "/dev/" not in str(path) and "__pycache__" not in str(path) and mode != "r"


def files(folder: Path) -> dict[str, str]:
    """What a folder shows a lecturer: each file's name and a digest; what is hidden or a cache is not looked into."""
    shown = {}
    for path in sorted(folder.rglob("*")):
        name = str(path.relative_to(folder))
        if path.is_file() and "partial_movie_files" not in name and not name.endswith((".pyc", ".lock")):
            same = path.suffix in (".safetensors", ".png", ".srt", ".vtt", ".gif")  # the same bytes every time
            shown[name] = hashlib.sha256(path.read_bytes()).hexdigest() if same else ""
    return shown


def _prepared(folder: Path) -> None:
    saved(folder, snapshots=5)
    (folder / "scene.py").write_text(SCENE)
    (folder / "mine.toml").write_text("hidden = [2]\nepochs = 40\nupright = 'none'\nparameters.points = 50\n")


def _begun(words: tuple[str, ...], folder: Path) -> subprocess.Popen[str]:
    environment = {**os.environ, "UNSPIRAL_RUNS": str(folder / "runs"), "UNSPIRAL_QUIET": "1"}
    program = str(Path(sys.executable).with_name("unspiral"))
    return subprocess.Popen(
        [program, *words], cwd=folder, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
        start_new_session=True,
    )  # fmt: skip


def _left_by(session: int, seconds: float = 10.0) -> list[str]:
    """What still runs of a session after some time; on Linux."""
    ends, left = time.monotonic() + seconds, [""]
    while left and time.monotonic() < ends:
        time.sleep(0.1)
        listed = subprocess.run(["ps", "-o", "stat=,args=", "-s", str(session)], capture_output=True, text=True).stdout
        left = [line for line in listed.splitlines() if not line.startswith("Z")]
    return left


def _serve_and_kill(words: tuple[str, ...], folder: Path, after: float) -> str:
    """Kill a server alone, not what it began: what is wrong then, if anything."""
    before = files(folder)
    process = _begun(words, folder)
    time.sleep(after)
    process.kill()
    process.wait()
    left = _left_by(process.pid)
    return f"left running: {left}" if left else "" if files(folder) == before else f"left: {files(folder)}"


def main(seconds: float, seed: int = 0) -> None:
    """Kill for `seconds`; say which command did not give the undisturbed result afterwards."""
    chance, ends, kills = random.Random(seed), time.monotonic() + seconds, 0
    with tempfile.TemporaryDirectory() as name:
        undisturbed, lasts = {}, {}
        for what, words in COMMANDS.items():
            folder = Path(name) / what
            folder.mkdir()
            _prepared(folder)
            began = time.monotonic()
            process = _begun(words, folder)
            said = process.communicate()[1]
            assert process.returncode in ENDS.get(what, (0,)), (what, said)
            lasts[what], undisturbed[what] = time.monotonic() - began, files(folder)
        while time.monotonic() < ends:
            what, words = chance.choice([*COMMANDS.items(), *SERVING.items()])
            folder = Path(name) / "killed"
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir()
            _prepared(folder)
            if what in SERVING:
                kills += 1
                if wrong := _serve_and_kill(words, folder, chance.uniform(0.2, 8)):
                    print(f"{what}: {wrong}", flush=True)
                continue
            for _ in range(chance.choice((1, 1, 2))):
                process = _begun(words, folder)
                time.sleep(chance.uniform(0.2, lasts[what]))
                os.killpg(process.pid, signal.SIGKILL)
                process.communicate()
                kills += 1
            complete = files(folder) == undisturbed[what]  # killed too late to matter
            process = _begun((*words, *(("--force",) if complete and what not in WITHOUT_FORCE else ())), folder)
            said = process.communicate()[1]
            if process.returncode not in ENDS.get(what, (0,)) or files(folder) != undisturbed[what]:
                print(f"{what}: code {process.returncode}, {said[-300:]}, {files(folder)}", flush=True)
    print(f"{kills} kills")


if __name__ == "__main__":
    main(float(sys.argv[1]), *map(int, sys.argv[2:3]))
