"""What is known of a module's text is looked up by the text's own digest."""

import ast
from pathlib import Path

import pytest

from engine.render import module_text
from engine.render.module_text import Kept

TEXT = b"""
from pathlib import Path
try:
    import numpy
except ImportError:
    numpy = None
from .beside import picture
def draw():
    import torch
    return Path(__file__).parent / "a" / "b.png", "table.csv"
"""
HERE = Path("/somewhere/scene.py")


def test_what_was_found_of_a_text_is_found_again_without_reading_it(tmp_path: Path, monkeypatch):
    first = Kept(tmp_path / "folder" / "modules.json")
    found = first.module(HERE, TEXT)
    first.save()
    assert {asked.name for asked in found.imports} == {"pathlib", "numpy", "beside", "torch"} and not found.trains
    assert found.words == ("table.csv",) or set(found.words) == {"table.csv", "b.png"}
    with monkeypatch.context() as without:
        without.setattr(ast, "parse", None)
        assert Kept(first.file).module(HERE, TEXT) == found
        with pytest.raises(TypeError):
            Kept(first.file).module(HERE, TEXT + b"import os\n")
        with pytest.raises(TypeError):
            Kept(first.file).module(HERE.with_name("other.py"), TEXT)


@pytest.mark.parametrize("there", [b"", b"{", b"[1]", b'{"%s": 3}', b'{"%s": [[], 0, [], 0, [], []]}', b"\xff"])
def test_a_spoilt_cache_is_as_good_as_none(tmp_path: Path, there: bytes):
    clean = Kept(tmp_path / "clean.json")
    found = clean.module(HERE, TEXT)
    clean.save()
    (key,) = clean._all()
    file = tmp_path / "modules.json"
    file.write_bytes(there.replace(b"%s", key.encode()))
    again = Kept(file)
    assert again.module(HERE, TEXT) == found
    again.save()
    assert file.read_bytes() == (tmp_path / "clean.json").read_bytes()


def test_where_nothing_can_be_written_nothing_is_said_and_texts_no_longer_asked_for_are_dropped(tmp_path, monkeypatch):
    (tmp_path / "file").write_text("")
    Kept(tmp_path / "file" / "modules.json").save()
    unwritable = Kept(tmp_path / "file" / "modules.json")
    unwritable.module(HERE, TEXT)
    unwritable.save()
    monkeypatch.setattr(module_text, "MOST", 1)
    for text in (TEXT, b"import os"):
        kept = Kept(tmp_path / "modules.json")
        kept.module(HERE, text)
        kept.save()
    assert len(Kept(tmp_path / "modules.json")._all()) == 1
