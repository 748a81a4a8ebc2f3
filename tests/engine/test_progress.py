import numpy as np
import pytest

from engine import progress
from engine.progress import Bars, Estimate, bar, following, recorded

CASES = {"at once": (0.0, 0.0), "after a start of 8 s": (8.0, 0.0), "with 400 of 1,000 there before": (3.0, 400.0)}


@pytest.mark.parametrize(("start", "before"), CASES.values(), ids=CASES)
def test_what_is_left_is_true_to_a_fifth_once_a_quarter_is_done(start: float, before: float) -> None:
    speed = 25 * (1 + 0.3 * np.sin(np.arange(0, 60, 0.3)))  # frames a second, some dearer than others
    done = np.minimum(before + np.cumsum(speed * 0.3), 1000)
    times = start + 0.3 * np.arange(1, len(done) + 1)
    end = times[np.argmax(done == 1000)]
    estimate = Estimate()
    for waiting in np.arange(0, start, 0.3):
        assert estimate.left(waiting, before, 1000, "frames") is None
    for now, so_far in zip(times, done):
        left = estimate.left(now, so_far, 1000, "frames")
        if 0.25 * (1000 - before) <= so_far - before < 950 - before:
            assert left == pytest.approx(end - now, rel=0.2)


def test_what_was_trained_before_says_nothing_of_how_long_drawing_takes() -> None:
    estimate = Estimate()
    for epoch in range(100):
        estimate.left(epoch / 10, epoch, 100, "epochs")
    assert estimate.left(10, 0, 60, "frames") is None
    assert estimate.left(12, 10, 60, "frames") == pytest.approx(10)


def test_a_training_within_a_clip_is_shown_below_the_clip_and_then_gone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("UNSPIRAL_QUIET", raising=False)
    monkeypatch.setenv("FORCE_COLOR", "1")  # as in a terminal
    with Bars() as clip:
        clip.show(0, "Mine", 10, 100, "frames")
        with bar("training", 20, "epochs") as done:
            done(5)
            (live,) = progress._LIVE
            said = [f"{task.description} {task.fields['far']}".split(",")[0] for task in live.tasks]
            assert said == ["Mine 10 of 100 frames", "training 5 of 20 epochs"]
        assert [task.description for task in live.tasks] == ["Mine"]
    assert not progress._LIVE


def test_a_loop_of_ones_own_is_followed_by_what_it_records() -> None:
    reached: list[float] = []
    with following(reached.append):
        recorded("my.safetensors", 0.5)
    recorded("my.safetensors", 1)
    assert reached == [0.5]
