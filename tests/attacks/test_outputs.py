"""Outputs are regular files, whole or not there, replaced only with --force; what dead processes left is swept."""

import os
import resource
import signal
import subprocess
import sys
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

import pytest

from engine import Run, UnspiralError
from engine.files import making
from tests.attacks.attacking import answered, refused, saved, small_run
from tests.children import fork

COMMANDS = {
    "thin": ("thin", "{run}", "--every", "2", "-o", "{out}.safetensors"),
    "train": ("train", "{recipe}", "-o", "{out}.safetensors"),
    "sheet": ("show", "{run}", "--sheet", "{out}.png"),
    "recipe": ("search", "{recipe}", "-o", "{out}.safetensors", "--rounds", "1", "--restarts", "2"),
}


@pytest.mark.parametrize("name", COMMANDS)
def test_devices_pipes_links_and_files_that_are_there_are_left_alone(tmp_path: Path, name: str) -> None:
    run = saved(tmp_path)
    recipe = tmp_path / "mine.toml"
    recipe.write_text("hidden = [2]\nepochs = 1\nparameters.points = 5\nupright = 'none'\n")
    ending = COMMANDS[name][-1 if "-o" not in COMMANDS[name] else COMMANDS[name].index("-o") + 1].rpartition(".")[2]
    precious = tmp_path / "precious.txt"
    precious.write_text("precious")
    outputs = {kind: tmp_path / f"{kind}.{ending}" for kind in ("pipe", "link", "dangling", "file", "folder")}
    os.mkfifo(outputs["pipe"])
    outputs["link"].symlink_to(precious)
    outputs["dangling"].symlink_to(tmp_path / "nowhere")
    outputs["file"].write_text("mine")
    outputs["folder"].mkdir()
    for kind, output in outputs.items():
        for force in ((), ("--force",)):
            if kind == "file" and force:
                continue
            words = [
                word.format(run=run, recipe=recipe, out=output.with_suffix("")) for word in (*COMMANDS[name], *force)
            ]
            assert str(output) in refused(*words)
    assert outputs["file"].read_text() == "mine" and precious.read_text() == "precious"
    assert not (tmp_path / "nowhere").exists()
    assert not list(tmp_path.glob(".*"))


def test_a_full_disk_leaves_what_was_there_and_nothing_half_written(tmp_path: Path) -> None:
    path = saved(tmp_path)
    before = path.read_bytes()
    run = small_run(snapshots=50)
    size = len(before) * 9
    for limit in (0, 1, 100, 4096, size // 2):
        child = fork()
        if not child:  # a file may not grow beyond the limit: as on a full disk, writes fail on the way
            signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
            resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
            try:
                run.save(path)
            except UnspiralError as error:
                os._exit(3 if "nothing was left" in str(error) or "cannot write" in str(error) else 4)
            os._exit(0)
        assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 3, limit
        assert path.read_bytes() == before and os.listdir(tmp_path) == [path.name]


@pytest.mark.parametrize("name, limit", [("recipe", 1), ("recipe", 1000), ("page", 1), ("page", 20_000)])
def test_a_full_disk_is_one_sentence_of_a_search_and_of_a_page(
    name: str, limit: int, tmp_path: Path, files_end_at: Callable[[int], AbstractContextManager[None]]
) -> None:
    run, recipe, out = saved(tmp_path), tmp_path / "mine.toml", tmp_path / "out"
    recipe.write_text("hidden = [2]\nepochs = 1\nparameters.points = 5\nupright = 'none'\n")
    commands = COMMANDS | {"page": ("page", "{run}", "-o", "{out}.html")}
    words = [word.format(run=run, recipe=recipe, out=out) for word in commands[name]]
    with files_end_at(limit):
        said = refused(*words)
    assert said.endswith("File too large; nothing was left there\n")
    assert sorted(os.listdir(tmp_path)) == ["mine.toml", "run.safetensors"]


def test_what_a_killed_process_left_is_swept_and_what_a_living_one_makes_is_not(tmp_path: Path) -> None:
    code = """if True:
        import sys, time
        from pathlib import Path
        from engine.files.making import Making
        for name in ("file", "folder"):
            making = Making(Path(sys.argv[1]) / name)
            making.path.mkdir() if name == "folder" else making.path.write_text("half")
        print("made", flush=True)
        time.sleep(60)"""
    others = [
        subprocess.Popen([sys.executable, "-c", code, tmp_path], stdout=subprocess.PIPE, text=True) for _ in range(2)
    ]
    for other in others:
        assert other.stdout is not None and other.stdout.readline() == "made\n"
    assert len(os.listdir(tmp_path)) == 4
    others[0].kill()
    others[0].communicate()
    making.sweep(tmp_path)
    assert len(os.listdir(tmp_path)) == 2
    others[1].kill()
    others[1].communicate()
    small_run().save(tmp_path / "run.safetensors")  # whoever writes there next
    assert os.listdir(tmp_path) == ["run.safetensors"]


@pytest.mark.parametrize("name", ["x" * 251, "x" * 240])
def test_names_as_long_as_a_folder_takes_them_are_written(tmp_path: Path, name: str) -> None:
    making.write_whole(tmp_path / name, lambda unfinished: unfinished.write_text("there"))
    assert (tmp_path / name).read_text() == "there" and os.listdir(tmp_path) == [name]


def test_a_run_saved_over_another_is_one_of_both_at_any_moment(tmp_path: Path) -> None:
    path = saved(tmp_path)
    code = f"""if True:
        from tests.attacks.attacking import small_run
        import pathlib
        runs = [small_run(seed=seed) for seed in (3, 4)]
        print("ready", flush=True)
        while True:
            for run in runs:
                run.save(pathlib.Path({str(path)!r}))"""
    for _ in range(4):
        child = subprocess.Popen(
            [sys.executable, "-c", code], stdout=subprocess.PIPE, cwd=Path(__file__).parents[2], text=True
        )
        assert child.stdout is not None and child.stdout.readline() == "ready\n"
        for _ in range(5):
            assert len(Run.load(path).epochs) == 5
        child.kill()
        child.communicate()
        assert len(Run.load(path).epochs) == 5
    assert answered("thin", path, "--every", "2", "-o", tmp_path / "thin.safetensors")[0] == 0
    assert sorted(os.listdir(tmp_path)) == ["run.safetensors", "thin.safetensors"]
