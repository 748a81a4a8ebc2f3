"""A scene while it is written, in a real Chromium: page, server and the process that draws are what a lecturer has."""

import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.browsing import Browser, browsing

SCENE = '''"""A square goes right."""

from manim import RIGHT, Scene, Square


class Going(Scene):
    def construct(self):
        square = Square(fill_opacity=1, color="#ff0000")
        self.next_section("there")
        self.add(square)
        self.wait(1)
        self.next_section("going")
        self.play(square.animate.shift(3 * RIGHT), run_time=1)
'''
SEEN = """
const canvas = document.getElementById('picture');
const at = (x, y) => [...canvas.getContext('2d').getImageData(x, y, 1, 1).data].slice(0, 3);
return {at: preview.seen.shown, moment: preview.moment(), middle: at(80, 45), right: at(112, 45),
        error: document.getElementById('error').textContent, phase: preview.seen.state.phase};
"""
RED, BLUE, BLACK = [255, 0, 0], [0, 0, 255], [0, 0, 0]


@pytest.fixture
def browser(tmp_path: Path) -> Iterator[Browser]:
    with browsing(tmp_path / "profile", told="return window.preview && preview.seen") as opened:
        yield opened


def test_a_scene_is_seen_stepped_saved_broken_stopped_and_mended(browser: Browser, tmp_path: Path) -> None:
    scene = tmp_path / "going.py"
    scene.write_text(SCENE)
    command = [sys.executable, "-c", "from engine.cli import main; main()", "preview", scene, "--size", "160x90"]
    served = subprocess.Popen([*command, "--fps", "10", "--no-open"], stdout=subprocess.PIPE, text=True, cwd=tmp_path)
    assert served.stdout is not None
    try:
        browser.ask("/url", {"url": served.stdout.readline().strip()})
        browser.wait("window.preview && preview.seen.shown === 0", 60)
        assert browser.run(SEEN) | {"moment": ""} == {
            "at": 0, "moment": "", "middle": RED, "right": BLACK, "error": "", "phase": "ready",
        }  # fmt: skip
        browser.run("location.hash = 'section:going+0.4s'")  # a link to a moment
        browser.wait("preview.seen.shown === 14")
        browser.press("\ue011")
        browser.press("\ue015")  # a section on
        browser.wait("preview.seen.shown === 10")
        for _ in range(9):
            browser.press("\ue014")  # a frame on
        browser.wait("preview.seen.shown === 19")
        assert browser.run(SEEN)["moment"] == "section:going+0.9s"
        assert (browser.run(SEEN)["middle"], browser.run(SEEN)["right"]) == (BLACK, RED)

        scene.write_text(SCENE.replace("#ff0000", "#0000ff").replace("wait(1)", "wait(2)"))  # saved: the same moment
        browser.wait("preview.seen.shown === 29", 20)
        assert browser.run(SEEN)["moment"] == "section:going+0.9s" and browser.run(SEEN)["right"] == BLUE

        scene.write_text(SCENE.replace("self.add", "self.ad"))  # broken: a sentence, and the picture stays
        browser.wait("preview.seen.state.phase === 'failed'", 20)
        seen = browser.run(SEEN)
        assert "line 10" in seen["error"] and "no attribute 'ad'" in seen["error"] and seen["right"] == BLUE
        browser.press("\ue011")  # what was there before can still be looked through
        browser.wait("preview.seen.shown === 0")

        scene.write_text(SCENE.replace("self.add", "while True: self.add"))  # endless: it can be stopped
        browser.wait("!document.getElementById('stop').hidden", 20)
        browser.run("document.getElementById('stop').click()")
        browser.wait("preview.seen.state.phase === 'stopped'", 20)
        assert browser.run(SEEN)["middle"] == BLUE

        scene.write_text(SCENE)
        browser.wait("preview.seen.state.phase === 'ready' && preview.seen.state.shape.frames === 20", 60)
        assert browser.run(SEEN)["middle"] == RED
        browser.press(" ")
        browser.wait("preview.seen.shown === 19", 20)
        left = children(served.pid)
        assert left
    finally:
        served.send_signal(getattr(signal, "SIGHUP", signal.SIGINT))  # the terminal is closed
        assert served.wait(20) == 0
        served.stdout.close()
    end = time.monotonic() + 10
    while there := [pid for pid in left if Path(f"/proc/{pid}").exists()]:
        assert time.monotonic() < end, there
        time.sleep(0.05)


def children(pid: int) -> list[str]:
    """The processes that a process has started."""
    listed = Path(f"/proc/{pid}/task/{pid}/children")
    return listed.read_text().split() if listed.exists() else [""]
