"""How far clips are, on standard error: a bar a clip, in frames."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

from engine.progress import Bars
from engine.render.farm import Underway


@contextmanager
def bars() -> Iterator[Callable[[Sequence[Underway]], None]]:
    """Yields what is to be told of the clips, as often as one likes."""
    with Bars() as shown:

        def show(clips: Sequence[Underway]) -> None:
            for number, clip in enumerate(clips):
                shown.show(number, clip.name, *clip.progress, "frames", failed=bool(clip.error))

        yield show
