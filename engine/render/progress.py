"""How far clips are, on standard error: a bar a clip, in frames, or in what is trained before them."""

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
                failed, doing = bool(clip.error), clip.doing
                if doing is None:
                    shown.show(number, clip.name, *clip.progress, "frames", failed=failed)
                else:
                    words = f"{clip.name}, {doing.words}"
                    shown.show(number, words, doing.done, doing.total, doing.unit, failed=failed)

        yield show
