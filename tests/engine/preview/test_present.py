"""Scenes before an audience, in a real Chromium: a clicker's keys, the lecturer's window, and frames that come late."""

import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.browsing import browsing

SCENES = '''"""Two scenes."""

import time

from manim import RIGHT, Square

from scenes.parts import FilmScene


class Slow(Square):
    def get_fill_rgbas(self):
        time.sleep(0.12)
        return super().get_fill_rgbas()


class One(FilmScene):
    def construct(self):
        square = Square(fill_opacity=1, color="#ff0000")
        self.next_section("there", says="A square is there.")
        self.add(square)
        self.wait(1)
        self.next_section("going", says="It goes.")
        self.remove(square)
        slow = Slow(fill_opacity=1, color="#ff0000")
        self.play(slow.animate.shift(3 * RIGHT), run_time=1.5)


class Two(FilmScene):
    def construct(self):
        self.next_section("blue", says="Another scene.")
        self.add(Square(fill_opacity=1, color="#0000ff"))
        self.wait(0.5)
'''
NEXT, BACK = "\ue00f", "\ue00e"
"""What a clicker presses: page down, page up."""
MIDDLE = (
    "return [...document.getElementById('picture').getContext('2d').getImageData(80, 45, 1, 1).data].slice(0, 3).join()"
)


@contextmanager
def presenting(folder: Path) -> Iterator[str]:
    """Both scenes, presented until all has been seen; the address."""
    (folder / "two scenes.py").write_text(SCENES)
    command = [sys.executable, "-c", "from engine.cli import main; main()", "present", "two scenes.py:One"]
    command += ["two scenes.py:Two", "--size", "160x90", "--fps", "20", "--no-open"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=folder) as served:
        assert served.stdout is not None
        try:
            yield served.stdout.readline().strip()
        finally:
            served.send_signal(signal.SIGINT)
        assert served.wait(20) == 0


def test_a_clicker_leads_through_scenes_and_late_frames_are_left_out(tmp_path: Path) -> None:
    told = "return window.present && [present.at, present.clock]"
    with browsing(tmp_path / "profile", told=told) as browser, presenting(tmp_path) as address:
        browser.ask("/url", {"url": address})
        browser.wait("window.present && present.seen.shown === 19 && !present.clock.way", 60)  # it holds the end
        assert browser.run(MIDDLE) == "255,0,0"
        browser.run("present.began = performance.now()")
        browser.press(NEXT)
        browser.wait("present.at.section === 1 && present.clock.frame === 49 && !present.clock.way")
        took, shown = browser.run("return [performance.now() - present.began, present.seen.times.length]")
        assert 1_400 < took < 3_000 and shown < 10, (took, shown)  # 30 frames, each of which takes 0.12 s
        browser.wait("present.seen.shown === 49")

        browser.press(BACK)
        browser.wait("present.clock.frame > 22 && present.clock.frame < 49")
        browser.press("h")
        held = browser.run("return present.clock.frame")
        browser.press(BACK)  # late in a section: its beginning; at its beginning: the one before
        browser.press(BACK)
        browser.press("l")
        browser.wait("present.clock.way && performance.now() - present.clock.since > 1300")
        looping = browser.run("return [present.at.section, present.clock.frame]")
        assert 20 < held < 50 and looping[0] == 0 and looping[1] < 20

        browser.press("b")
        assert browser.run("return getComputedStyle(document.getElementById('picture')).visibility") == "hidden"
        browser.press(NEXT)  # back from black, and no farther
        assert browser.run("return [present.seen.blank, present.at.section]") == [False, 0]

        opened = browser.ask("/window/new", {"type": "window"})
        browser.ask("/window", {"handle": opened["handle"]})
        browser.ask("/url", {"url": address + "notes.html"})
        browser.wait("document.getElementById('notes').textContent === 'A square is there.'")
        assert browser.run("return document.getElementById('next').textContent") == "going"
        browser.press(NEXT)  # the lecturer's window leads as well
        browser.wait("document.getElementById('where').textContent === 'One · going (2 of 2)'")
        browser.press(NEXT)
        browser.wait("document.getElementById('notes').textContent === 'Another scene.'")
        assert browser.run("return document.getElementById('next').textContent") == "the end"
        browser.wait("document.getElementById('clock').textContent")
        browser.ask("/window", {"handle": browser.windows()[0]})
        browser.wait("present.seen.scene === 1 && present.seen.shown === 9")
        assert browser.run(MIDDLE) == "0,0,255"
        browser.ask("/refresh")  # a page that is loaded anew goes on where it was
        browser.wait("window.present && present.seen.scene === 1 && present.seen.shown === 9")
