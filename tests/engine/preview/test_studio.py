"""A scene that is held by a process which may die, and is asked of it anew."""

import asyncio
from typing import Any

import pytest

from engine.preview import studio
from engine.preview.shape import Shape
from engine.render.job import Job


class Process:
    """One that draws, without a process."""

    begun: list["Process"] = []  # noqa: RUF012  # cleared by each test

    def __init__(self, hears: Any, _: Any) -> None:
        self.asked: list[tuple[Any, ...]] = []
        self.hears = hears
        self.begun.append(self)

    def ask(self, *question: Any) -> None:
        self.asked.append(question)

    def end(self) -> None:
        pass

    def wait(self, _: float) -> None:
        pass


@pytest.mark.parametrize("steady", (True, False))
def test_a_process_that_dies_while_it_is_looked_at_is_followed_by_another(
    steady: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(studio, "Worker", Process)
    monkeypatch.setattr(studio, "STEADY", -1.0 if steady else 60.0)
    Process.begun.clear()

    async def run() -> None:
        held = studio.Studio(Job("scene.py", (), ".", ()), spares=False)
        held.open()
        first = Process.begun[0]
        first.hears(first, ("loaded", 1, Shape("S", "", 10, 16, 9, 40, ()), []), None)
        first.hears(first, ("drawn", 1, 0, 16, 9), b"")
        viewer = studio.Viewer(lambda _: None, lambda *_: None)
        held.viewers.append(viewer)
        await asyncio.sleep(0)
        held.want(viewer, 33)
        assert first.asked[-1][0] == "draw" and held.state.phase == "ready"
        first.hears(first, ("died", "for want of memory"), None)
        await asyncio.sleep(0)
        if steady:  # the same moment again
            (_, second), question = Process.begun, Process.begun[-1].asked[-1]
            assert question[0] == "load" and question[-1] == 33 and held.state.phase == "loading" and second.asked
        else:  # it has only just been saved: the scene is to blame
            assert len(Process.begun) == 1 and held.state.phase == "failed"
        held.close()

    asyncio.run(run())
