"""How far clips are, on standard error: a bar a clip, in frames, or in what is trained before them; and one for all."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

from engine.progress import Bars
from engine.render.farm import Underway


@contextmanager
def bars() -> Iterator[Callable[[Sequence[Underway]], None]]:
    """Yields what is to be told of the clips, as often as one likes."""
    with Bars() as shown:
        before: dict[int, int] = {}

        def show(clips: Sequence[Underway]) -> None:
            if len(clips) > 1:
                shown.show("all", *_together(clips, before), "frames")
            for number, clip in enumerate(clips):
                failed, doing = bool(clip.error), clip.doing
                begun = clip.drawing or clip.pending or clip.made or failed
                if doing is not None:
                    words = f"{clip.name}, {doing.words}"
                    shown.show(number, words, doing.done, doing.total, doing.unit, failed=failed)
                elif begun or len(clips) == 1:
                    shown.show(number, clip.name, *clip.progress, "frames", failed=failed)

        yield show


def _together(clips: Sequence[Underway], before: dict[int, int]) -> tuple[str, int, int]:
    """How many clips are there, and how many frames of all are drawn, those aside that were there `before`.

    As long as some clip's are not counted, the total is 0: not known.
    """
    going = [(number, clip) for number, clip in enumerate(clips) if not clip.error]
    for number, clip in going:
        if clip.progress[1]:
            before.setdefault(number, clip.progress[0])
    done = sum(clip.progress[0] - before.get(number, 0) for number, clip in going)
    total = sum(clip.progress[1] - before.get(number, 0) for number, clip in going)
    known = all(clip.progress[1] or clip.plan for _, clip in going)
    return f"{sum(bool(clip.made) for clip in clips)} of {len(clips)} clips", done, total if known else 0
