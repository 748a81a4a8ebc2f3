"""What stands in somebody's file is printed as text: it is no markup, steers no terminal and hides nothing."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from engine import Run
from engine.errors import printable
from tests.attacks.attacking import answered, refused, small_run

NAMES = ("[/]", "[bold]loss", "{0}", "a\x1b[31mred", "left\u202eright", "zero\u200bwidth", "\u2066x", "{task.total}")


def test_metric_and_run_names_are_shown_as_they_are(tmp_path: Path) -> None:
    run = small_run()
    curves = {name: np.ones(5) for name in NAMES if "\x1b" not in name}
    path = tmp_path / "[red]run[bold].safetensors"
    replace(run, metrics={**run.metrics, **curves}).save(path)
    code, text = answered("show", path)
    assert code == 0
    for name in ("[/]", "[bold]loss", "{0}", "{task.total}"):
        assert name in text
    assert "[red]run[bold]" in text.replace("\n", "")
    assert not any(mark in text for mark in "\x1b\u202e\u200b\u2066")


def test_why_a_run_stopped_is_printed_as_text(tmp_path: Path) -> None:
    path = tmp_path / "run.safetensors"
    replace(small_run(), unfinished="\x1b]0;title\x07 [/] \u202eend").save(path)
    for words in (("show", path), ("film", path, "--from", "99")):
        text = answered(*words)[1]
        assert not any(mark in text for mark in "\x1b\x07\u202e")


def test_printable_text_keeps_what_languages_need() -> None:
    for text in ("façade", "学習", "אבג", "שלום עולם", "é", "🎓"):
        assert printable(text) == text
    assert printable("a\u202eb\x00c\u2028d\ud800") == "a b c d "


@pytest.mark.parametrize("name", ["x" * 300, "\0", "a\0b.safetensors", "x/" * 3000, "\ud800", "[/]", "~" * 254])
def test_strange_names_are_answered_in_one_short_line(name: str, tmp_path: Path) -> None:
    run = tmp_path / "run.safetensors"
    small_run().save(run)
    for words in (
        ("show", name), ("film", name), ("thin", name, "--every", "2"), ("train", name), ("recipe", name),
        ("film", run, "--cues", f"{name}.csv"), ("deck", f"{name}.py", "-o", tmp_path / "a.html"),
        ("deliver", f"{name}.py", "--for", "web"),
        ("deck", "scenes/embedding.py", "-o", tmp_path / "a.html", "--theme", f"{name}.toml"),
        ("deliver", "scenes/embedding.py", "--for", "web", "--sound", name),
        ("render", f"{name}.py"), ("search", name), (name,),
    ):  # fmt: skip
        refused(*words)
    if name != "[/]" and name != "~" * 254:
        refused("thin", run, "--every", "2", "-o", f"{name}.safetensors")
        refused("show", run, "--sheet", f"{name}.png")
        refused("deck", "scenes/embedding.py", "-o", f"{name}.html")
        refused("deliver", "scenes/embedding.py", "--for", "web", "-o", name)


def test_a_recipe_from_notepad_is_read(tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    path.write_bytes(b"\xef\xbb\xbfepochs = 7\r\n")
    code, text = answered("recipe", path)
    assert code == 0 and "epochs = 7" in text
    assert Run  # the same reader opens themes
