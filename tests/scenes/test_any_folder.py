"""A scene of one's own, in one's own folder: what FilmScene brings along, and what comes before that."""

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import av
import pytest
from manim import config, tempconfig

from scenes.parts import DARK, FilmScene
from scenes.parts.stage.settings import ENCODER, SETTINGS, bring_along

SCENE = """
from manim import Circle, Create
from scenes.parts import FilmScene
class Mine(FilmScene):
    def construct(self):
        self.next_section("draw")
        self.play(Create(Circle()), run_time=0.4)
        self.next_section("hold")
        self.wait(0.4)
"""
SMALL = ["--resolution", "320,180", "--fps", "10"]


def manim(folder: Path, *flags: str) -> "subprocess.CompletedProcess[str]":
    command = [Path(sys.executable).with_name("manim"), "render", *SMALL, *flags, "mine.py"]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True)


def test_plain_manim_renders_it_as_it_would_here(tmp_path: Path) -> None:
    (tmp_path / "mine.py").write_text(SCENE)
    done = manim(tmp_path)
    assert done.returncode == 0 and "INFO" not in done.stdout + done.stderr
    assert "Animation" not in done.stderr  # no bar for each of them; of a clip, a line after three seconds
    assert all(line.startswith("Mine, draw: ") and " frames" in line for line in done.stderr.splitlines())
    (clip,) = tmp_path.glob("media/videos/mine/180p10/Mine.mp4")
    assert len(list(tmp_path.rglob("sections/*.mp4"))) == 2
    with av.open(str(clip)) as video:
        corner = next(video.decode(video=0)).to_ndarray(format="rgb24")[2, 2]
    ground = [int(DARK.ground[k : k + 2], 16) for k in (1, 3, 5)]
    assert max(abs(int(a) - b) for a, b in zip(corner, ground)) <= 2
    assert b"bframes=5" in clip.read_bytes()  # x264 writes its settings into the file: they are ours


def test_what_ones_own_manim_cfg_or_flag_says_comes_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "manim.cfg").write_text("[CLI]\nsave_sections = False\nverbosity = INFO\n[video_encoder.options]\n")
    with tempconfig(
        {"save_sections": False, "verbosity": "INFO", "max_files_cached": 100, "video_encoder_options": {}}
    ):
        bring_along()
        assert not config.save_sections and config.verbosity == "INFO"  # both are Manim's defaults: said all the same
        assert config.max_files_cached == -1 and config.video_encoder_options == ENCODER
    (tmp_path / "manim.cfg").unlink()
    with tempconfig({"save_sections": False, "verbosity": "ERROR", "video_encoder_options": {"crf": "30"}}):
        FilmScene()
        assert config.save_sections and config.verbosity == "ERROR" and config.video_encoder_options == {"crf": "30"}
    assert all(hasattr(config, name) for name in SETTINGS)


@pytest.mark.parametrize("media", ["file", "/sys/unspiral"])
def test_a_media_folder_that_cannot_be_made_is_one_line(tmp_path: Path, media: str) -> None:
    (tmp_path / "mine.py").write_text(SCENE)
    (tmp_path / "file").touch()
    done = manim(tmp_path, "--media_dir", media)
    assert done.returncode == 2 and "Traceback" not in done.stdout + done.stderr
    assert "name another folder with --media_dir" in done.stderr and len(done.stderr) < 300


def test_where_nothing_can_be_written_it_is_one_line(tmp_path: Path) -> None:
    """As somebody else, with no home, no machine code kept by numba, in a folder that is not theirs."""
    other = ["setpriv", "--reuid=65534", "--clear-groups"] if os.getuid() == 0 else []
    if other and not shutil.which("setpriv"):
        pytest.skip("root may write everywhere; to be somebody else it takes setpriv (util-linux)")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "mine.py").write_text(SCENE)
        folder.chmod(0o555)
        environment = {
            **os.environ,
            "HOME": "/proc",
            "XDG_CACHE_HOME": "/proc",
            "PYTHONPATH": os.pathsep.join(sys.path),
        }
        alone = [*other, sys.executable, "-c", "import subprocess, sys; subprocess.run([sys.executable, '-c', ''])"]
        if subprocess.run(alone, env=environment, capture_output=True).returncode:
            pytest.skip("only root may run this Python: use one that lies outside of root's home")
        for start in (["-m", "manim", "render"], ["-c", "from engine.cli import main; main()", "render"]):
            command = [*other, sys.executable, *start, *SMALL, "mine.py"]
            done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True)
            assert done.returncode == 2 and "Traceback" not in done.stdout + done.stderr, done.stderr
            assert "not allowed to write" in done.stderr and "--media_dir" in done.stderr
        folder.chmod(0o755)
