"""Read-outs say a reading in its own words; ticks are round numbers that fit."""

import math

import pytest

from scenes.parts.paint.readouts import tick_step, written


@pytest.mark.parametrize(
    "name, value, said",
    [
        ("accuracy", 0.98449, "98.4 %"), ("held_out_accuracy", 1.0, "100.0 %"), ("loss", 0.04251, "0.043"),
        ("held_out_loss", 1.25, "1.250"), ("epoch", 731.5, "731"), ("epoch", 249.9999999, "250"),
        ("pieces", 26.0, "26"),
    ],
)  # fmt: skip
def test_a_reading_is_written_in_its_own_unit(name: str, value: float, said: str) -> None:
    assert written(name, value) == said


@pytest.mark.parametrize("half", [0.011, 0.3, 1.04, 1.2, 4.0, 6.5, 39.0, 700.0])
def test_ticks_are_one_two_or_five_times_a_power_of_ten_and_three_to_six_fit_beside_the_origin(half: float) -> None:
    step = tick_step(half)
    mantissa = step / 10 ** math.floor(math.log10(step) + 1e-9)
    assert min(abs(mantissa - m) for m in (1, 2, 5)) < 1e-9
    assert 2.5 < half / step < 6.4
    others = [m * 10.0**k for m in (1, 2, 5) for k in range(-5, 5)]
    assert step == pytest.approx(min(others, key=lambda other: abs(math.log(other / (half / 4)))))
