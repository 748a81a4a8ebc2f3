"""Frames computed ahead are the same frames, and only begun where a processor waits for them."""

from threading import current_thread, main_thread
from time import sleep

import pytest

from scenes.parts.stage import ahead
from scenes.parts.stage.ahead import SPARE, in_turn


class Played:
    """Stands for a replay: its frames say where they were computed."""

    def __init__(self) -> None:
        self.computed: list[int] = []

    def frame(self, number: int) -> tuple[int, bool]:
        self.computed.append(number)
        sleep(0.006)
        return number, current_thread() is main_thread()


@pytest.fixture(autouse=True)
def spare(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(SPARE, "now", True)


def test_frames_in_a_row_are_each_computed_once_the_later_ones_elsewhere() -> None:
    played = Played()
    seen = [in_turn(played, number, 5, played.frame) for number in range(6)]
    ahead._THREAD.submit(int).result()  # whatever was begun has ended
    assert [number for number, _ in seen] == list(range(6)) == played.computed
    assert [here for _, here in seen] == [True, True, False, False, False, False]


def test_a_jump_is_computed_at_once_and_nothing_is_begun_for_it() -> None:
    played = Played()
    assert in_turn(played, 0, 9, played.frame) == (0, True)
    assert in_turn(played, 7, 9, played.frame) == (7, True)
    assert in_turn(played, 3, 9, played.frame) == (3, True)
    assert played.computed == [0, 7, 3]


@pytest.mark.parametrize("dear, now", [(False, True), (True, False)])
def test_nothing_is_begun_that_is_cheap_or_while_the_encoder_is_busy(
    dear: bool, now: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(SPARE, "now", now)
    monkeypatch.setattr(ahead, "DEAR", 0.004 if dear else 10.0)
    played = Played()
    assert all(here for _, here in (in_turn(played, number, 4, played.frame) for number in range(5)))


def test_an_error_is_raised_where_its_frame_is_asked_for() -> None:
    played = Played()

    def frame(number: int) -> int:
        if number == 3:
            raise ValueError("no frame 3")
        return played.frame(number)[0]

    assert [in_turn(played, number, 5, frame) for number in range(3)] == [0, 1, 2]
    with pytest.raises(ValueError, match="no frame 3"):
        in_turn(played, 3, 5, frame)
    assert in_turn(played, 4, 5, frame) == 4
