import errno
import importlib
import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import replace
from pathlib import Path

import click
import numpy as np
import pytest
from click.testing import CliRunner, Result
from PIL import Image
from safetensors import safe_open
from safetensors.numpy import load_file, save_file

from engine import NOTEBOOK, Recipe, Run, UnspiralError, record
from engine.cli import commands, main
from engine.commands.terminal import size, sparkline
from engine.library import recorded_at

UNSPIRAL = Path(sys.executable).with_name("unspiral")
Limited = Callable[[int], AbstractContextManager[None]]
QUICK = "epochs = 4\nhidden = [5]\n[parameters]\npoints = 12\n"


def called(*args: str | Path) -> Result:
    return CliRunner().invoke(main, [str(arg) for arg in args])


def refused(*args: str | Path) -> str:
    """The one line on standard error of a command that exits with 2."""
    result = called(*args)
    assert result.exit_code == 2 and result.stdout == "", (result.output, result.exception)
    assert result.stderr.count("\n") == 1 and result.stderr.endswith("\n") and len(result.stderr) < 600
    assert "Traceback" not in result.stderr and result.stderr.startswith("unspiral")
    return result.stderr


@pytest.fixture
def recipe(tmp_path: Path) -> Path:
    """A recipe that trains in a moment, in a folder whose name has spaces and accents."""
    folder = tmp_path / "Vorlesung für Anfänger"
    folder.mkdir()
    (folder / "ma recette.toml").write_text(QUICK)
    return folder / "ma recette.toml"


# ---- the table of commands


def test_every_module_that_holds_a_command_says_in_its_first_line_what_it_does() -> None:
    folder = Path(importlib.import_module("engine.commands").__file__ or "").parent
    modules = {path.stem: importlib.import_module(f"engine.commands.{path.stem}") for path in folder.glob("*.py")}
    holding = {name.replace("_", "-") for name, module in modules.items() if hasattr(module, "command")}
    assert holding == set(commands())
    for name, does in commands().items():
        command = modules[name.replace("-", "_")].command
        assert isinstance(command, click.Command) and command.help
        assert does[0].isupper() and does.endswith(".")
        assert called(name, "--help").exit_code == 0


def test_help_lists_every_command() -> None:
    for args in ((), ("--help",), ("-h",)):
        result = called(*args)
        assert result.exit_code == 0 and result.stderr == ""
        assert re.findall(r"^  (\w+)  ", result.stdout.split("Commands:")[1], re.MULTILINE) == list(commands())
    assert re.fullmatch(r"unspiral \d+\.\d+\.\d+\n", called("--version").stdout)


def test_help_and_mistakes_import_no_command() -> None:
    code = """if True:
        import sys
        from engine.cli import main
        try:
            main(sys.argv[1:])
        finally:
            print([m for m in sys.modules if m in ("torch", "manim", "av") or m.startswith("engine.commands.")])"""
    for args in (["--help"], ["shwo"]):
        done = subprocess.run([sys.executable, "-c", code, *args], capture_output=True, text=True)
        assert done.stdout.splitlines()[-1] == "[]"


@pytest.mark.parametrize(
    ("args", "said"),
    [
        (["shwo"], "unknown command 'shwo'; did you mean show"),
        (["tarin", "x"], "did you mean train"),
        (["dance"], "there are: check, "),
        (["train"], "Missing argument 'RECIPE'"),
        (["train", "linear", "extra"], "unexpected extra argument"),
        (["train", "linear", "--forse"], "Did you mean"),
        (["--speed"], "No such option"),
        (["show", "five_spirals", "--sheet"], "requires an argument"),
    ],
)
def test_a_mistyped_call_gets_one_line(args: list[str], said: str) -> None:
    assert said in refused(*args)


# ---- train


def test_train_records_into_the_cache_and_says_where(recipe: Path, empty_cache: Path) -> None:
    first = called("train", recipe)
    (made,) = empty_cache.glob("*.safetensors")
    assert first.exit_code == 0 and str(made) in first.stdout
    assert re.match(r"4 epochs, loss \d\.\d{4}, accuracy \d+\.\d %: ", first.stdout)
    stamp = made.stat().st_mtime_ns
    second = called("train", recipe)
    assert second.stdout == first.stdout and "recorded already" in second.stderr and made.stat().st_mtime_ns == stamp
    third = called("train", recipe, "--force")
    assert third.stdout == first.stdout and made.stat().st_mtime_ns > stamp


def test_train_writes_the_run_that_output_names(recipe: Path, empty_cache: Path) -> None:
    output = recipe.with_name("mon réseau.safetensors")
    assert called("train", recipe, "-o", output).exit_code == 0
    assert len(Run.load(output).epochs) == 5 and not empty_cache.exists()
    assert "exists; replace it with --force" in refused("train", recipe, "-o", output)
    record(Recipe.from_toml(recipe))
    assert called("train", recipe, "-o", output, "--force").exit_code == 0
    assert output.read_bytes() == recorded_at(Recipe.from_toml(recipe)).read_bytes()


def test_train_leaves_a_run_that_comes_with_unspiral_where_it_is(empty_cache: Path) -> None:
    result = called("train", "three-spirals-narrow")
    assert result.exit_code == 0 and "recorded already" in result.stderr and not empty_cache.exists()
    assert Path(result.stdout.rsplit(": ", 1)[1].strip()).is_file()


def test_train_reports_held_out_points(recipe: Path, empty_cache: Path) -> None:
    recipe.write_text("held_out = 0.25\n" + QUICK)
    assert re.search(r"accuracy \d+\.\d %, \d+\.\d % on held-out points: ", called("train", recipe).stdout)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("epoch = 5", "unknown key 'epoch'; did you mean epochs"),
        ("epochs = 'five'", "epochs is 'five'; it must be a whole number"),
        ("epochs = 0", "epochs is 0; it must be 1 or more"),
        ("hidden = [100, -1]", "hidden is -1; it must be 1 or more"),
        ("epochs = = 3", "is not TOML"),
        ("data = 'points.csv'", "labels run from -1 to 0"),
        ("data = 'nan.csv'", "NaN or infinity in 1 of 2 rows"),
        ("data = 'short.npz'", "x has 3 rows and y has shape (2,)"),
        ("data = 'absent.npz'", "No such file"),
        ("hidden = [1000000, 1000000]", "lower epochs or hidden"),
        ("scale = 1e30", "no longer finite at epoch 0; lower scale"),
    ],
)
def test_a_recipe_that_does_not_fit_gets_one_line(tmp_path: Path, empty_cache: Path, text: str, said: str) -> None:
    path = tmp_path / "mine.toml"
    path.write_text(text)
    (tmp_path / "points.csv").write_text("1,2,0\n3,4,-1\n")
    (tmp_path / "nan.csv").write_text("1,2,0\nnan,4,1\n")
    np.savez(tmp_path / "short.npz", x=np.zeros((3, 2)), y=[0, 1])
    line = refused("train", path)
    assert said in line and not list(empty_cache.glob("*"))[1:]  # at most the lock


@pytest.mark.parametrize(
    ("args", "said"),
    [
        (["train", "five_spiral"], "no TOML file 'five_spiral'; did you mean five_spirals"),
        (["train", "absent.toml"], "cannot read absent.toml: No such file or directory"),
        (["train", "linear", "--device", "gpu"], "device is 'gpu'; it must be cpu, cuda"),
        (["train", "linear", "-o", "/proc/unspiral/run.safetensors"], "cannot write /proc/unspiral/run.safetensors"),
        (["train", "linear", "-o", "/", "--force"], "/ is a folder; name a file in it"),
        (["recipe", "notbook"], "did you mean notebook?"),
        (["show", "five_spiral"], "did you mean five_spirals"),
        (["show", "absent.safetensors"], "there is no run file absent.safetensors"),
        (["film", __file__], "holds Python and no run; unspiral render takes a file of scenes"),
        (["show", "/"], "is a folder; name a run file"),
    ],
)
def test_a_name_that_is_not_there_gets_one_line(empty_cache: Path, args: list[str], said: str) -> None:
    assert said in refused(*args)


def test_a_cache_that_cannot_be_written_gets_one_line(recipe: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for folder in (recipe, "/proc/unspiral"):
        monkeypatch.setenv("UNSPIRAL_RUNS", str(folder))
        assert "name another folder with UNSPIRAL_RUNS" in refused("train", recipe)


def test_a_training_that_diverges_gets_one_line_and_keeps_what_was_recorded(recipe: Path, empty_cache: Path) -> None:
    recipe.write_text("learning_rate = 100.0\nepochs = 300\nhidden = [50]\n[parameters]\npoints = 100\n")
    assert "no longer finite at epoch" in (line := refused("train", recipe))
    (kept,) = empty_cache.glob("*.safetensors")
    assert str(kept) in line
    for name in (kept, recipe):
        assert re.search(r"^unfinished .*no longer finite", called("show", name).stdout, re.MULTILINE)
    output = recipe.with_name("mine.safetensors")
    assert "mine-stopped.safetensors" in refused("train", recipe, "-o", output) and not output.exists()


def test_a_full_disk_leaves_nothing_half_written(recipe: Path, empty_cache: Path, files_end_at: Limited) -> None:
    output = recipe.with_name("run.safetensors")
    before = sorted(recipe.parent.iterdir())
    with files_end_at(2000):
        said = refused("train", recipe, "-o", output)
    assert said == f"unspiral: cannot write {output}: File too large; nothing was left there\n"
    assert sorted(recipe.parent.iterdir()) == before and not empty_cache.exists()


def test_a_disk_that_fills_while_the_cache_is_written_gets_one_line(
    recipe: Path, empty_cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(file: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "fsync", full)
    assert "No space left on device; nothing was left there" in refused("train", recipe)
    assert not list(empty_cache.iterdir())


# ---- show, list, recipe


def test_show_describes_a_run(small: Run, runs_folder: Path) -> None:
    assert small.recipe is not None
    result = called("show", recorded_at(small.recipe))
    described = dict(re.findall(r"^(\w+(?: \w+)?)\s{2,}(.+?)\s*$", result.stdout, re.MULTILINE))
    assert result.exit_code == 0 and result.stderr == ""
    assert described["recipe"].endswith(small.recipe.digest)
    assert described["data"].startswith("spirals: classes 5, points 60")
    assert described["points"] == "300 in 2 dimensions"
    assert described["network"] == "2–12–2–5, 77 weights and biases in float32"
    assert described["epochs"] == "0 to 30, 31 snapshots"
    assert described["accuracy"] == f"{100 * small.accuracy[0]:.1f} % → {100 * small.accuracy[-1]:.1f} %"
    assert described["loss"] == f"{small.loss[0]:.4f} → {small.loss[-1]:.4f}"
    assert re.fullmatch("[▁▂▃▄▅▆▇█]{31}", described["loss curve"])
    assert "unfinished" not in described


def test_show_and_thin_find_a_run_by_its_recipe(recipe: Path, empty_cache: Path, tmp_path: Path) -> None:
    assert not list(empty_cache.glob("*.safetensors"))
    assert "0 to 4, 5 snapshots" in called("show", recipe).stdout  # recorded now, as film does
    assert len(list(empty_cache.glob("*.safetensors"))) == 1
    thin = tmp_path / "thin.safetensors"
    assert "3 of 5 snapshots" in called("thin", recipe, "--every", "2", "-o", thin).stdout


def test_show_prints_no_control_characters_of_a_file(small: Run, tmp_path: Path) -> None:
    hostile = replace(small, unfinished="\x1b[2J\x07gone [bold]")
    hostile.save(tmp_path / "run.safetensors")
    said = called("show", tmp_path / "run.safetensors").stdout
    assert "gone [bold]" in said and not [c for c in said if not c.isprintable() and c != "\n"]


@pytest.mark.parametrize(
    ("damage", "said"),
    [
        (lambda b: b[: len(b) // 2], "run.safetensors"),
        (lambda b: b[:4], "run.safetensors"),
        (lambda b: b"", "run.safetensors"),
        (lambda b: b"epochs = 3\n" * 99, "run.safetensors"),
        (lambda b: b.replace(b'"layers.0.weight"', b'"layers.0.wei_ht"'), "run.safetensors"),
    ],
    ids=["truncated", "header only", "empty", "text", "lacks a tensor"],
)
def test_a_run_file_that_is_damaged_gets_one_line(
    small: Run, tmp_path: Path, damage: Callable[[bytes], bytes], said: str
) -> None:
    assert small.recipe is not None
    whole = recorded_at(small.recipe).read_bytes()
    assert damage(whole) != whole
    (tmp_path / "run.safetensors").write_bytes(damage(whole))
    assert said in refused("show", tmp_path / "run.safetensors")


def test_a_run_file_in_a_newer_format_or_without_a_tensor_gets_one_line(small: Run, tmp_path: Path) -> None:
    assert small.recipe is not None
    with safe_open(recorded_at(small.recipe), "numpy") as file:
        about = json.loads(file.metadata()["unspiral"])
    arrays = load_file(recorded_at(small.recipe))
    path = tmp_path / "run.safetensors"
    save_file(arrays, path, {"unspiral": json.dumps({**about, "format": 9})})
    assert "update unspiral" in refused("show", path)
    for name in ("y", "epochs", "layers.0.weight", "layers.2.bias"):
        save_file({k: v for k, v in arrays.items() if k != name}, path, {"unspiral": json.dumps(about)})
        assert f"lacks tensor {name}" in refused("show", path)


def test_show_draws_a_contact_sheet(small: Run, tmp_path: Path) -> None:
    assert small.recipe is not None
    sheet = tmp_path / "neuf époques.png"
    result = called("show", recorded_at(small.recipe), "--sheet", sheet)
    assert result.exit_code == 0, result.output
    with Image.open(sheet) as image:
        pixels = np.asarray(image.convert("RGB"))
    assert pixels.shape == (1080, 1920, 3)
    panels = pixels.reshape(3, 360, 3, 640, 3).swapaxes(1, 2).reshape(9, -1, 3)
    assert all(len(np.unique(panel, axis=0)) > 20 for panel in panels)  # every panel shows something
    result = called("show", recorded_at(small.recipe), "--sheet", tmp_path / "no" / "sheet.png")
    assert result.exit_code == 2 and result.stderr.count("\n") == 1 and "cannot write" in result.stderr


def test_list_names_recipes_runs_and_damage(recipe: Path, empty_cache: Path) -> None:
    called("train", recipe)
    (empty_cache / "spoiled.safetensors").write_text("no run")
    said = called("list").stdout
    assert re.search(r"^five_spirals +not recorded yet", said, re.MULTILINE)
    assert re.search(rf"^– +4 +\d+\.\d % +\d+\.\d kB +{Recipe.from_toml(recipe).digest}", said, re.MULTILINE)
    assert "spoiled (damaged)" in said and "runs are kept in" in said


def test_list_says_what_own_runs_are_of_and_names_every_film(
    recipe: Path, empty_cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(recipe.parent)
    called("train", recipe, "-o", "mine.safetensors")
    said = called("list").stdout
    assert re.search(r"^here +4 +\d+\.\d % +\d+\.\d kB +mine +spirals +2–5–2–5 *$", said, re.MULTILINE)
    for film in ("training", "input_plane", "warping", "matrix", "fit", "softening"):
        assert re.search(rf"^{film} +[A-Z].{{20}}", said, re.MULTILINE), film
    assert not re.search("^(pace|shown|plane_of|levels_over|Film) ", said, re.MULTILINE)


def test_a_key_that_no_recipe_has_is_answered_with_the_nearest() -> None:
    with pytest.raises(UnspiralError, match="unknown key of a recipe 'hiden'; did you mean hidden"):
        Recipe(hiden=(3,))  # type: ignore[call-arg]
    with pytest.raises(UnspiralError, match="did you mean epochs"):
        replace(NOTEBOOK, epoch=3)  # type: ignore[call-arg]


def test_a_printed_recipe_is_a_recipe(tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    path.write_text(called("recipe", "notebook").stdout)
    assert Recipe.from_toml(path) == NOTEBOOK


def test_a_sparkline_falls_as_the_loss_does_and_leaves_gaps() -> None:
    assert sparkline(np.arange(8.0)[::-1]) == "█▇▆▅▄▃▂▁"
    assert sparkline([1, np.nan, 0]) == "█ ▁" and sparkline([2.0]) == "▁" and sparkline([np.nan]) == " "
    assert len(sparkline(np.linspace(0, 1, 5000))) == 48
    assert [size(n) for n in (7, 4_200, 4_300_000, 10**12)] == ["7 bytes", "4.2 kB", "4.3 MB", "1.0 TB"]


# ---- as a real process


def test_the_command_works_from_any_folder(recipe: Path, empty_cache: Path) -> None:
    record(Recipe.from_toml(recipe))
    for args in (["show", recipe.name], ["list"]):
        done = subprocess.run([UNSPIRAL, *args], cwd=recipe.parent, capture_output=True, text=True)
        assert done.returncode == 0 and done.stderr == "" and "4" in done.stdout
    done = subprocess.run([UNSPIRAL, "show", "5_spirals"], cwd=recipe.parent, capture_output=True, text=True)
    assert done.returncode == 2 and done.stderr.count("\n") == 1 and "five_spirals" in done.stderr


def test_a_terminal_that_cannot_print_bars_gets_question_marks(small: Run) -> None:
    assert small.recipe is not None
    env = {**os.environ, "PYTHONIOENCODING": "ascii"}
    done = subprocess.run([UNSPIRAL, "show", recorded_at(small.recipe)], env=env, capture_output=True, text=True)
    assert done.returncode == 0 and done.stderr == "" and "loss curve  ???" in done.stdout


def test_a_closed_pipe_is_quiet() -> None:
    read, write = os.pipe()
    os.close(read)
    with os.fdopen(write, "w") as closed:
        done = subprocess.run([UNSPIRAL, "recipe", "notebook"], stdout=closed, stderr=subprocess.PIPE, text=True)
    assert done.stderr == "" and done.returncode == 1


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no /dev/full, which is Linux's")
@pytest.mark.parametrize("unbuffered", ["", "1"], ids=["buffered", "unbuffered"])
def test_a_full_disk_behind_standard_output_gets_one_line(small: Run, tmp_path: Path, unbuffered: str) -> None:
    assert small.recipe is not None
    run = recorded_at(small.recipe)
    thinned = ["thin", run, "--every", "10", "-o", tmp_path / "thin.safetensors"]
    env = {**os.environ, "PYTHONUNBUFFERED": unbuffered}
    with open("/dev/full", "w") as full:
        for args in ([], ["--version"], ["list"], ["recipe", "notebook"], ["show", run], ["train", "--help"], thinned):
            done = subprocess.run([UNSPIRAL, *args], stdout=full, stderr=subprocess.PIPE, text=True, env=env)
            said = "unspiral: cannot read or write: No space left on device\n"
            assert (done.returncode, done.stderr) == (2, said), args
        assert subprocess.run([UNSPIRAL, "shwo"], stdout=full, stderr=full, env=env).returncode == 2


def test_bytecode_that_was_cut_short_is_said_with_what_to_do(tmp_path: Path) -> None:
    env = {**os.environ, "PYTHONPYCACHEPREFIX": str(tmp_path), "PYTHONDONTWRITEBYTECODE": ""}
    assert subprocess.run([UNSPIRAL, "recipe", "notebook"], env=env, stdout=subprocess.DEVNULL).returncode == 0
    (compiled,) = tmp_path.rglob("engine/commands/recipe.*.pyc")
    compiled.write_bytes(compiled.read_bytes()[:60])
    done = subprocess.run([UNSPIRAL, "recipe", "notebook"], env=env, capture_output=True, text=True)
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (2, "", 1)
    assert "bytecode was cut short" in done.stderr and "delete the folders called __pycache__" in done.stderr


def test_control_c_is_quiet_and_leaves_nothing(recipe: Path, empty_cache: Path) -> None:
    recipe.write_text("epochs = 1000000\n")
    process = subprocess.Popen([UNSPIRAL, "train", recipe], stderr=subprocess.PIPE, text=True)
    while not list(empty_cache.glob("*.lock")):
        assert process.poll() is None
        time.sleep(0.05)
    maps = Path(f"/proc/{process.pid}/maps")
    while maps.exists() and "libtorch" not in maps.read_text():  # where there is no such file, at once
        assert process.poll() is None
        time.sleep(0.05)
    process.send_signal(signal.SIGINT)
    _, said = process.communicate(timeout=300)
    assert process.returncode == 130 and said.strip() == ""
    assert not list(empty_cache.iterdir())


def test_a_still_is_refused_before_anything_is_drawn(small: Run, tmp_path: Path) -> None:
    run, there = tmp_path / "my.run.safetensors", tmp_path / "there.png"
    small.save(run)
    there.write_bytes(b"mine")
    for arguments, said in (
        ((run, "--at", "9999"), "holds epochs"),
        ((run, "-o", there), "exists"),
        ((run, "-o", tmp_path / "a.jpg"), "ends in .png"),
        (("scenes/embedding.py", "--show", "loss"), "of a scene, a moment"),
        (("embedding", "--at", "three"), "section:NAME+1.5s"),
        (("embeding",), "unknown run, recipe or scene 'embeding'; did you mean embedding?"),
        ((run, "--at", "3.2s"), "an epoch of a run, is '3.2s'"),
        ((run, "--show", "xyz"), "embedding"),
    ):
        done = called("still", *arguments)
        assert done.exit_code == 2 and said in done.output and done.output.count("\n") == 1, done.output
    assert there.read_bytes() == b"mine"


def test_a_still_of_a_scenes_moment_is_drawn_where_it_was_asked_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    done = called("still", "class_vectors", "--at", "section:spread+5s", "--size", "320x180", "-o", "new/a.png")
    assert done.exit_code == 0 and done.stdout == "new/a.png\n", done.output
    with Image.open(tmp_path / "new" / "a.png") as image:
        assert image.size == (320, 180) and len(image.convert("RGB").getcolors(1 << 16) or ()) > 200
    plain = "from manim import Scene\nclass Plain(Scene):\n    def construct(self):\n        self.wait()\n"
    (tmp_path / "plain.py").write_text(plain)
    assert "Plain is no FilmScene" in called("still", "plain.py", "--at", "0.5s").output
