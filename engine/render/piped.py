"""Processes where there can be no semaphores: containers and chroots may close /dev/shm to ordinary users."""

import multiprocessing
from collections.abc import Callable
from concurrent.futures import BrokenExecutor, Future, ThreadPoolExecutor
from multiprocessing.connection import Connection
from typing import Any

CONTEXT = multiprocessing.get_context("spawn")


def semaphores() -> bool:
    """Whether this user can make what Python's own pool of processes needs."""
    try:
        CONTEXT.Lock()
    except OSError:
        return False
    return True


class PipedPool(ThreadPoolExecutor):
    """At most `count` processes at a time, a new one for each task, which answers through a pipe.

    A process that dies is a BrokenExecutor in its task's future; the others go on.
    """

    def __init__(self, count: int, initializer: Callable[[], object]) -> None:
        super().__init__(count)
        self.begin = initializer

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        """Let a process call fn, which must be importable, as must be its arguments and answer."""
        return super().submit(self._in_process, fn, args, kwargs)

    def _in_process(self, fn: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        receiver, sender = CONTEXT.Pipe(duplex=False)
        process = CONTEXT.Process(target=_answer, args=(sender, self.begin, fn, args, kwargs))
        process.start()
        sender.close()  # this end, so that a death is seen
        try:
            well, answer = receiver.recv()
        except EOFError:
            raise BrokenExecutor("its process died") from None
        finally:
            process.join()
        if not well:
            raise answer
        return answer


def _answer(
    sender: Connection,
    begin: Callable[[], object],
    fn: Callable[..., Any],
    args: tuple[Any, ...],
    kwargs: dict[str, Any],
) -> None:
    begin()
    try:
        answer = True, fn(*args, **kwargs)
    except Exception as error:
        answer = False, error
    sender.send(answer)
