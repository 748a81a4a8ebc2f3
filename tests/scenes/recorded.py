"""A run of series as any training might record them, made of formulas: what pictures of series are drawn from."""

from functools import cache

import numpy as np

from engine import Labelled, Run

EPOCHS = np.array([0.0, 1.0, 2.0, 4.0])
GRID = np.linspace(-2.0, 2.0, 41)
DATA = np.array([-1.5, -1.0, -0.4, 0.3, 0.9, 1.2])


def _functions(count: int) -> np.ndarray:
    """(T, M, S): they come nearer to the data's, and part beyond them."""
    share = (EPOCHS / 4)[:, None, None]
    part = np.linspace(-1, 1, count)[:, None] * np.clip(np.abs(GRID) - 1.2, 0, None) ** 2
    return share * (np.sin(2 * GRID) + 2 * part) + (1 - share) * np.linspace(-0.4, 0.4, count)[:, None]


def _paths(particles: int = 60, steps: int = 5) -> tuple[np.ndarray, np.ndarray]:
    """(T, S, N, 2) from noise to two arcs, and the arcs (N, 2)."""
    noise = np.random.default_rng(5).normal(size=(particles, 2))
    angle = np.linspace(0, np.pi, particles)
    side = np.where(np.arange(particles) % 2, 1, -1)[:, None]
    target = side * np.stack([np.cos(angle) + 0.5, np.sin(angle) - 0.3], 1)
    time = np.linspace(0, 1, steps)[:, None, None]
    learned = (EPOCHS / 4)[:, None, None, None]
    return (1 - learned * time) * noise + learned * time * target, target


def _states(sequences: int = 12, length: int = 9) -> np.ndarray:
    """(T, N, L, 3): two kinds of sequences part as they go on."""
    step = np.arange(length) / (length - 1)
    side = np.where(np.arange(sequences) % 2, 1, -1)[:, None]
    learned = (EPOCHS / 4)[:, None, None]
    wobble = 0.1 * np.sin(np.arange(sequences)[:, None] + 7 * step)
    across, up = np.broadcast_to(step + wobble, (4, sequences, length)), learned * side * step**2 + wobble
    return np.stack([2 * across, up, 0.2 * across * side], -1)


@cache
def recorded() -> Run:
    """Four snapshots of functions, a flow, hidden states, directions, losses, and labels for the latter."""
    random = np.random.default_rng(4)
    labels = np.arange(60) % 3
    paths, target = _paths()
    side = np.linspace(-2, 2, 9)
    plane = np.stack(np.meshgrid(side, side), -1)
    share = (EPOCHS / 4)[:, None, None]
    angles = 2 * np.pi * labels / 3 + (1.6 - 1.4 * share[..., 0]) * random.normal(size=60)
    on_circle = np.stack([np.cos(angles), np.sin(angles)], -1)
    in_space = np.concatenate([on_circle, 0.4 * random.normal(size=(4, 60, 1))], -1)
    lines = np.stack(np.meshgrid(side, np.linspace(-2, 2, 5)), -1)
    lines = np.concatenate([lines, lines[..., ::-1]])
    bent = lines * (1 - 0.3 * share[..., None, None] * np.linspace(0, 1, 5)[:, None, None, None])
    spread = random.normal(size=60) * (1 + labels)
    series = {
        "one": _functions(3)[:, 1:2][:, 0], "fan": _functions(5),
        "hills": share * np.sin(2 * plane[..., 0]) * np.cos(plane[..., 1]),
        "paths": paths, "bent": bent,
        "pull": np.broadcast_to(-0.5 * share * plane.reshape(-1, 2), (4, 81, 2)).copy(),
        "states": _states(), "round": 3 * on_circle, "space": in_space, "losses": (1.2 - share[..., 0]) * spread**2,
    }  # fmt: skip
    constants = {
        "one_x": GRID, "fan_x": GRID, "fan_groups": np.array([0, 0, 0, 1, 1]), "hills_x": plane, "x": DATA[:, None],
        "y": np.sin(2 * DATA) + 0.2 * (-1.0) ** np.arange(6), "labels": labels, "pull_x": plane.reshape(-1, 2),
        "target": target, "tokens": (np.arange(12)[:, None] + np.arange(9)) % 4,
    }  # fmt: skip
    return Run(
        None, Labelled(np.zeros((0, 2)), np.zeros(0, np.int64)), np.zeros(0, bool), EPOCHS, (),
        {"loss": np.array([1.0, 0.5, 0.2, 0.1])},
        series={name: value.astype(np.float32) for name, value in series.items()},
        constants=constants, names={"fan_groups": ("tanh", "ReLU"), "labels": ("ant", "bee", "cow")},
    )  # fmt: skip
