"""Where no semaphores can be made, scenes are rendered all the same."""

import os
from concurrent.futures import BrokenExecutor

import pytest

from engine.render import piped
from engine.render.piped import PipedPool
from engine.render.pools import local_pool


def test_tasks_are_answered_out_of_processes_of_their_own_and_a_death_breaks_only_its_own() -> None:
    with PipedPool(2, os.getpid) as pool:
        process, death, mistake = pool.submit(os.getpid), pool.submit(os._exit, 3), pool.submit(int, "x")
        sums = [pool.submit(pow, k, 2) for k in range(3)]
        assert process.result() != os.getpid()
        assert [task.result() for task in sums] == [0, 1, 4]
        with pytest.raises(BrokenExecutor):
            death.result()
        with pytest.raises(ValueError, match="invalid literal"):
            mistake.result()


def test_a_user_who_can_make_no_semaphores_gets_that_pool(monkeypatch: pytest.MonkeyPatch) -> None:
    def denied() -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(piped.CONTEXT, "Lock", denied)
    pool = local_pool(1)()
    try:
        assert isinstance(pool, PipedPool)
    finally:
        pool.shutdown()
