"""What the page is sent holds every pixel, and is never longer than the pixels."""

import numpy as np
import pytest
from numpy.typing import NDArray

from engine.preview.packing import packed

SOURCE = np.random.default_rng(1)
PICTURES = {
    "one colour": np.full((9, 16, 4), 7, np.uint8),
    "a pixel": np.full((1, 1, 4), 7, np.uint8),
    "regions": np.kron(SOURCE.integers(0, 256, (3, 4, 4), np.uint8), np.ones((20, 30, 1), np.uint8)),
    "noise": SOURCE.integers(0, 256, (30, 40, 4), np.uint8),
    "one channel": np.stack([np.zeros((8, 8), np.uint8)] * 3 + [np.arange(64, dtype=np.uint8).reshape(8, 8) // 9], 2),
    "turned": SOURCE.integers(0, 2, (40, 30, 4), np.uint8).transpose(1, 0, 2),  # not as it lies in memory
}


def unpacked(sent: NDArray[np.uint32], shape: tuple[int, ...]) -> NDArray[np.uint8]:
    """As the page does it."""
    if sent.nbytes < np.prod(shape):
        lengths, pixels = sent.reshape(2, -1)
        sent = np.repeat(pixels, lengths)
    return sent.view(np.uint8).reshape(shape)


@pytest.mark.parametrize("name", PICTURES)
def test_every_pixel_arrives_and_no_more_is_sent_than_there_is(name: str) -> None:
    sent = packed(PICTURES[name])
    assert (unpacked(sent, PICTURES[name].shape) == PICTURES[name]).all() and sent.nbytes <= PICTURES[name].nbytes
    assert (sent.nbytes < PICTURES[name].nbytes / 4) == (name in ("one colour", "regions"))
