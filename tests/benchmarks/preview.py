"""How soon a saved scene is seen, how fast frames come, and whether 200 saves, some broken or endless, are survived.

    python tests/benchmarks/preview.py [saves] [WIDTHxHEIGHT]
    python tests/benchmarks/preview.py edits      # each kind of edit 20 times: save to picture

A page's part is played by a WebSocket: what Chromium adds is its own painting of one picture.
"""

import asyncio
import json
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp

ROOT = Path(__file__).parents[2]
SCENE = (ROOT / "scenes" / "embedding.py").read_text(encoding="utf-8")
EDITS = (
    ("run_time=3", "run_time=4"),
    ("upright, still tangled", "upright; still tangled"),
    ("self.wait(2)", "self.wait(1)"),
)
"""A run time, a sentence and a pause."""


class Page:
    """What a page hears: the newest state, and frames."""

    def __init__(self, socket: Any) -> None:
        self.socket = socket
        self.state: dict[str, Any] = {}
        self.frames = 0

    async def next(self) -> Any:
        """The next state (a dict) or frame (its number)."""
        message = await self.socket.receive(timeout=60)
        if message.type is aiohttp.WSMsgType.TEXT:
            self.state = json.loads(message.data)
            return self.state
        number = int.from_bytes(message.data[4:8], "little")
        await self.socket.receive_bytes()
        self.frames += 1
        return number

    async def until(self, wanted: Any) -> Any:
        """Until `wanted` holds of what comes."""
        while True:
            if wanted(heard := await self.next()):
                return heard

    async def say(self, **what: Any) -> None:
        """Ask for something."""
        await self.socket.send_str(json.dumps(what))


def picture(heard: Any) -> bool:
    return isinstance(heard, int)


def phase(*names: str) -> Any:
    return lambda heard: isinstance(heard, dict) and heard["phase"] in names


def memory(pid: int) -> float:
    """MB of a process and its children."""
    told = subprocess.run(["ps", "-o", "rss=", "--pid", str(pid), "--ppid", str(pid)], capture_output=True, text=True)
    return sum(map(int, told.stdout.split())) / 1e3


STOCK = """from manim import *
class Stock(Scene):
    def construct(self):
        words, axes = Text("Some words"), Axes()
        self.play(Write(words), FadeIn(MathTypst("a^2 + b^2 = c^2").shift(DOWN)))
        at = ValueTracker(0)
        self.play(Create(axes), Create(axes.plot(lambda x: x**2 / 10)))
        self.add(always_redraw(lambda: Dot(axes.c2p(at.get_value(), 1))))
        self.play(at.animate.set_value(3), run_time=2)
"""
BESIDE = """from beside import TEXT
from engine import Run, training
from scenes.parts import FilmScene, Picture, Replay, label
class Beside(FilmScene):
    def construct(self):
        film = training(Run.load("a.safetensors"))
        self.add(picture := Picture(film(0), self.theme), label(TEXT, size=40).shift([0, 3, 0]))
        self.play(Replay(picture, film, 0, 100), run_time=3)
"""
KINDS: tuple[tuple[str, str, str, str, str], ...] = (
    ("a run time", "embedding.py", "embedding.py", *EDITS[0]),
    ("a sentence", "embedding.py", "embedding.py", *EDITS[1]),
    ("a colour", "embedding.py", "embedding.py", "self.add(", 'self.camera.background_color = "#102030"; self.add('),
    ("stock: a word", "stock.py", "stock.py", "Some", "Other"),
    ("stock: a run time", "stock.py", "stock.py", "run_time=2", "run_time=1"),
    ("a module beside it", "besides.py", "beside.py", "words", "other words"),
    ("the theme", "besides.py", "theme.toml", "#101418", "#203040"),
    ("the run file", "besides.py", "a.safetensors", "", ""),
)
"""What is edited: the scene, the file, what stands in it, and what instead."""


async def edits(size: str) -> None:
    """Say for each kind of edit how long its picture takes."""
    from engine import FIVE_SPIRALS, record

    folder = Path(tempfile.mkdtemp())
    texts = {"embedding.py": SCENE, "stock.py": STOCK, "besides.py": BESIDE, "beside.py": 'TEXT = "words"\n'}
    texts["theme.toml"] = 'ground = "#101418"\n'
    for name, text in texts.items():
        (folder / name).write_text(text, encoding="utf-8")
    record(FIVE_SPIRALS).save(folder / "a.safetensors")
    for scene in dict.fromkeys(kind[1] for kind in KINDS):
        async with previewed(folder / scene, size, "--theme", "theme.toml") as (page, _):
            for what, _, name, old, new in (kind for kind in KINDS if kind[1] == scene):
                took = []
                for number in range(20):
                    await asyncio.sleep(0.3)
                    begun = time.monotonic()
                    if old:
                        text = texts[name].replace(old, new) if number % 2 else texts[name]
                        (folder / name).write_text(f"{text}\n# {number}\n", encoding="utf-8")
                    else:
                        data = (folder / name).read_bytes()
                        (folder / "new").write_bytes(data)
                        (folder / "new").replace(folder / name)
                    await page.until(picture)
                    took.append(1e3 * (time.monotonic() - begun))
                print(f"{what}: median {statistics.median(took):.0f} ms, most {max(took):.0f} ms", flush=True)


@asynccontextmanager
async def previewed(scene: Path, size: str, *flags: str) -> AsyncIterator[tuple[Page, int]]:
    """A preview of a scene, its first picture there, and its process."""
    begun = time.monotonic()
    command = [sys.executable, "-c", "from engine.cli import main; main()", "preview", str(scene), "--no-open"]
    served = subprocess.Popen([*command, "--size", size, *flags], stdout=subprocess.PIPE, text=True, cwd=scene.parent)
    assert served.stdout is not None
    address = served.stdout.readline().strip()
    origin = "/".join(address.split("/")[:3])
    async with aiohttp.ClientSession() as session:
        where = address.replace("http", "ws", 1) + "socket/0"
        async with session.ws_connect(where, headers={"Origin": origin}, max_msg_size=1 << 27) as socket:
            page = Page(socket)
            await page.until(picture)
            print(f"first picture {time.monotonic() - begun:.1f} s after the command", flush=True)
            yield page, served.pid
    served.send_signal(2)
    print("ended with", served.wait(20))
    time.sleep(0.5)
    left = subprocess.run(["pgrep", "-f", str(scene)], capture_output=True, text=True).stdout.split()
    print("processes left:", len(left))


async def main(saves: int, size: str) -> None:
    scene = Path(tempfile.mkdtemp()) / "embedding.py"
    scene.write_text(SCENE, encoding="utf-8")
    async with previewed(scene, size) as (page, pid):
        frames = page.state["shape"]["frames"]
        for name, order in (("forwards", range(600, 780)), ("back and forth", range(0, 180 * 577, 577))):
            begun = time.monotonic()
            await page.say(ask="frame", frame=order[0] % frames)
            for frame in order[1:]:
                await page.say(ask="frame", frame=frame % frames)
                await page.until(picture)
            print(f"{name}: {len(order) / (time.monotonic() - begun):.0f} pictures a second at {size}", flush=True)
        await saved(page, scene, saves, pid)


async def saved(page: Page, scene: Path, saves: int, pid: int) -> None:
    took: dict[str, list[float]] = {}
    for number in range(saves):
        old, new = EDITS[number % len(EDITS)]
        text = SCENE.replace(old, new) if number // len(EDITS) % 2 else SCENE
        kind = "good"
        match number % 20:
            case 3 | 8 | 13 | 18 | 19:
                kind, text = "broken", text.replace("self.wait(1)", "self.wiat(1)", 1)
            case 5:
                kind, text = "crashing", text.replace("self.wait(1)", "import os; os._exit(3)", 1)
            case 9 if number % 60 == 9 and number < 150:
                kind, text = "endless", text.replace("self.wait(1)", "[0 for _ in iter(int, 1)]", 1)
        begun = time.monotonic()
        scene.write_text(f"{text}\n# {number}\n", encoding="utf-8")
        if kind == "good":
            await page.until(picture)
        elif kind == "endless":
            await page.until(phase("loading"))
            await asyncio.sleep(0.5)
            begun = time.monotonic()
            await page.say(ask="stop")
            await page.until(phase("stopped"))
        else:
            await page.until(phase("failed"))
        took.setdefault(kind, []).append(time.monotonic() - begun)
        if number % 40 == 0:
            print(f"save {number}: {memory(pid):.0f} MB", flush=True)
        await asyncio.sleep(0.1)
    for kind, times in took.items():
        print(f"{len(times)} {kind}: median {1e3 * statistics.median(times):.0f} ms, most {1e3 * max(times):.0f} ms")
    print(f"after all: {memory(pid):.0f} MB")


if __name__ == "__main__":
    size = sys.argv[2] if len(sys.argv) > 2 else "1280x720"
    if sys.argv[1:2] == ["edits"]:
        asyncio.run(edits(size))
    else:
        asyncio.run(main(int(sys.argv[1]) if len(sys.argv) > 1 else 20, size))
