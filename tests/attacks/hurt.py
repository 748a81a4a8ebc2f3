"""Bytes, JSON and arrays, hurt at random."""

import random
from typing import Any

import numpy as np

NUMBERS = (0, -1, 1, 2**31, 2**63, 2**64, 10**30, 1e308, -0.0, 1e-320, float("nan"), float("inf"), 0.5)
WORDS = ("", "\0", "x" * 400, "[/]", "\u202e", "{0}", "../../etc/passwd", "linear", "none")


def hurt_bytes(chance: random.Random, content: bytes) -> bytes:
    """Flipped, cut, doubled, filled or swapped somewhere."""
    hurt = bytearray(content)
    for _ in range(chance.choice((1, 1, 2, 8))):
        a, b = sorted(chance.randrange(len(hurt) + 1) for _ in range(2))
        b = min(b, a + 64)
        match chance.randrange(6):
            case 0 if hurt:
                hurt[min(a, len(hurt) - 1)] ^= 1 << chance.randrange(8)
            case 1:
                del hurt[a:]
            case 2:
                hurt[a:a] = hurt[a:b] * chance.choice((1, 3, 50))
            case 3:
                hurt[a:b] = bytes([chance.choice((0, 255, 48, 91, 123))]) * (b - a)
            case 4:
                hurt[a:b] = chance.randbytes(b - a)
            case _:
                hurt[a:b] = chance.choice(WORDS).encode()
    return bytes(hurt)


def hurt_value(chance: random.Random, value: Any) -> Any:
    """JSON in which something is another number, word, list or nothing."""
    if isinstance(value, dict) and value and chance.random() < 0.8:
        key = chance.choice(list(value))
        if chance.random() < 0.2:
            return {k: v for k, v in value.items() if k != key}
        return {**value, key: hurt_value(chance, value[key])}
    if isinstance(value, list) and value and chance.random() < 0.8:
        place = chance.randrange(len(value))
        return [*value[:place], hurt_value(chance, value[place]), *value[place + chance.randrange(2) :]]
    return chance.choice((*NUMBERS, *WORDS, None, True, [], {}, [[]] * 3, {"kind": "tanh"}))


def hurt_array(chance: random.Random, array: np.ndarray) -> np.ndarray:
    """Another shape, another type, or with numbers that nobody recorded."""
    match chance.randrange(5):
        case 0:
            return array[: chance.randrange(len(array) + 1)] if array.ndim else array
        case 1:
            return array.astype(chance.choice(("f2", "f4", "f8", "i4", "i8", "?")))
        case 2:
            return np.ascontiguousarray(np.swapaxes(array, 0, -1)) if array.ndim else array
        case 3:
            return array.reshape(*array.shape, 1)
        case _:
            other = array.copy()
            if other.size:
                with np.errstate(all="ignore"):
                    number = chance.choice((0, -1, 1e30, np.nan, np.inf, 7))
                    other.reshape(-1)[chance.randrange(other.size)] = (
                        number if other.dtype.kind == "f" or (np.isfinite(number) and abs(number) < 100) else 0
                    )
            return other
