"""Every picture looks as it did when somebody last looked at it: its stills are compared, antialiasing forgiven.

`python -m tests.stills` renews those that changed, and shows before, after and difference side by side.
"""

import numpy as np
import pytest
from manim.utils.hashing import get_json
from PIL import Image

from tests.scenes.states import HERE, STATES
from tests.stills.__main__ import LARGEST, difference, drawn, kept


@pytest.mark.parametrize("name", STATES)
def test_a_picture_looks_as_its_still_does(name: str) -> None:
    assert (HERE / f"{name}.png").is_file(), f"{name} has no still yet: python -m tests.stills {name}"
    painted, shape = STATES[name]()
    before = [get_json(picture) for picture in painted]
    found = difference(drawn(painted, shape), kept(name))
    assert found.max() <= LARGEST, (
        f"{name} looks different at {np.unravel_index(found.argmax(), found.shape)}; look at it and, if that is meant: "
        f"python -m tests.stills {name}"
    )
    assert before == [get_json(picture) for picture in painted], (
        "drawing changes what Manim's cache hashes: no other process, and no second rendering, finds the plays after it"
    )


def test_there_is_no_still_without_a_picture_and_all_are_small() -> None:
    stills = {path.stem: path.stat().st_size for path in HERE.glob("*.png")}
    assert set(stills) == set(STATES)
    assert sum(stills.values()) < 3e6


@pytest.mark.parametrize(
    "what", ["moved by a third of a pixel", "a shade lighter", "a letter more", "two colours swapped"]
)
def test_the_comparison_forgives_antialiasing_and_nothing_else(what: str) -> None:
    still = kept("picture").astype(float)
    large = np.asarray(Image.fromarray(still.astype(np.uint8)).resize((1440, 810), Image.Resampling.BICUBIC), float)
    changed = still.copy()
    match what:
        case "moved by a third of a pixel":
            moved = np.roll(large, 1, 1).astype(np.uint8)
            changed = np.asarray(Image.fromarray(moved).resize((480, 270), Image.Resampling.BOX), float)
        case "a shade lighter":
            changed = still + 4
        case "a letter more":
            changed[80:86, 40:43] = still[22:28, 16:19]
        case "two colours swapped":
            changed = still[..., ::-1]
    assert difference(changed.clip(0, 255).astype(np.uint8), kept("picture")).max() > LARGEST
    noise = np.random.default_rng(0).integers(-2, 3, still.shape)
    softened = still + noise * (np.abs(np.gradient(still, axis=1)) > 8)
    assert difference(softened.clip(0, 255).astype(np.uint8), kept("picture")).max() <= LARGEST
