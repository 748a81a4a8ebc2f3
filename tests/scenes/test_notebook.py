"""Scenes and runs in a real notebook, executed by a real kernel."""

import base64
import re
from pathlib import Path
from typing import Any

import av
import nbformat
import pytest
from nbclient import NotebookClient
from PIL import Image

from engine import Run

ROOT = Path(__file__).parents[2]
(CELL,) = re.findall(r"^```ipython\n(.*?)^```", (ROOT / "README.md").read_text(encoding="utf-8"), re.M | re.S)
OWN = """%%manim -ql Late

class Late(FilmScene):
    def construct(self):
        film = training(record(FIVE_SPIRALS))
        self.play(Replay(Picture(film(0)), film, 0, 1_000_000))
"""


def executed(folder: Path, *cells: str) -> list[list[Any]]:
    """Each cell's outputs; errors are among them."""
    book = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in cells])
    where = {"metadata": {"path": str(folder)}}
    NotebookClient(book, timeout=120, kernel_name="python3", allow_errors=True, resources=where).execute()
    return [cell.outputs for cell in book.cells]


def test_a_notebook_plays_a_scene_shows_a_run_and_survives_a_mistake(
    tmp_path: Path, five_spirals: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("HOME", "IPYTHONDIR", "JUPYTER_RUNTIME_DIR"):
        monkeypatch.setenv(name, str(tmp_path))
    names = "from engine import training\nfrom scenes.parts import FilmScene, Picture, Replay"
    shown, own, after = executed(tmp_path, f"{CELL}", f"{names}\n1 + 1", OWN)
    assert not [o for o in shown if o.output_type == "error" or "Warning" in str(o.get("text", o.get("data")))]
    (played,) = [o.data["text/html"] for o in shown if "<video" in o.get("data", {}).get("text/html", "")]
    (source,) = re.findall(r'src="(.*?\.mp4)"', played)
    with av.open(tmp_path / source) as container:
        frames = sum(1 for _ in container.decode(video=0))
    assert frames > 300
    (sheet,) = [output.data["image/png"] for output in shown if "image/png" in output.get("data", {})]
    (tmp_path / "sheet.png").write_bytes(base64.b64decode(sheet))
    with Image.open(tmp_path / "sheet.png") as image:
        assert image.size == (1920, 1080) and len(image.convert("RGB").getcolors(1 << 22) or ()) > 1000
    assert own[0].data["text/plain"] == "2"
    (error,) = [output for output in after if output.output_type == "error"]
    assert error.ename == "UnspiralError" and len(error.traceback) == 1
    assert "epoch 1e+06" in error.traceback[0] and "\n" not in error.traceback[0]
