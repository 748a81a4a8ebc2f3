import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine import Linear, Lines, Network, PositivePart, Run, Tanh, images, square_grid
from engine.network.layers import block_of, forward
from engine.network.lines import HEIGHT, TOLERANCE, kinked


def polylines(lines: Lines) -> list[np.ndarray]:
    return [lines.vertices[a:b] for a, b in zip(lines.starts, lines.starts[1:])]


def doubled(network: Network) -> Network:
    return tuple(Linear(v.weight.astype(float), v.bias.astype(float)) if isinstance(v, Linear) else v for v in network)


def deep(seed: int, widths: tuple[int, ...], slope: float) -> Network:
    random = np.random.default_rng(seed)
    layers: list = []
    for inputs, outputs in zip(widths, widths[1:]):
        layers += [Linear(random.standard_normal((outputs, inputs)), random.standard_normal(outputs))]
        layers += [PositivePart(slope)]
    return tuple(layers[:-1])


def farthest(points: np.ndarray, line: np.ndarray) -> float:
    """Largest distance of samples along a line's image, in their order, from its polyline."""
    start, way = line[:-1], np.diff(line, axis=0)
    length = np.maximum((way**2).sum(1), 1e-300)
    worst = 0.0
    for some in np.array_split(points, len(points) // 500 + 1):
        away = some[:, None] - start
        s = np.clip((away * way).sum(-1) / length, 0, 1)
        worst = max(worst, float(np.hypot(*np.moveaxis(away - s[..., None] * way, -1, 0)).min(1).max()))
    return worst


def check(layers: Network, segments: np.ndarray, samples: int = 20_001) -> None:
    t = np.linspace(0, 1, samples)[:, None]
    for segment, line in zip(segments, polylines(images(layers, segments)), strict=True):
        dense = forward(layers, (1 - t) * segment[0] + t * segment[1])
        extent = max(np.abs(dense).max(), 1.0)
        assert np.allclose(line[[0, -1]], dense[[0, -1]], rtol=0, atol=1e-12 * extent)
        assert farthest(dense, line) <= 1e-9 * extent
        along, sampled = (float(np.hypot(*np.diff(v, axis=0).T).sum()) for v in (line, dense))
        assert sampled * (1 - 1e-9) <= along <= sampled * (1 + 5e-3) + 1e-9 * extent  # no detours: samples cut corners


@pytest.mark.parametrize("epoch", [0, 137.5, 2000])
def test_grid_lines_of_a_trained_network_equal_dense_sampling(five_spirals: Run, epoch: float) -> None:
    check(doubled(five_spirals.at(epoch))[:-1], square_grid()[3::9])


@pytest.mark.parametrize("widths", [(2, 2, 2, 2, 2), (2, 30, 20, 2), (3, 8, 2)])
@pytest.mark.parametrize("slope", [0.0, 0.01])
def test_grid_lines_of_deep_networks_equal_dense_sampling(widths: tuple[int, ...], slope: float) -> None:
    segments = np.random.default_rng(5).uniform(-1.5, 1.5, (3, 2, widths[0]))
    check(deep(7, widths, slope), segments)


@settings(max_examples=30)
@given(st.integers(0, 2**32 - 1), st.sampled_from([0.0, 0.2, 1.0]), st.integers(1, 3))
def test_lines_of_any_network_equal_dense_sampling(seed: int, slope: float, depth: int) -> None:
    segments = np.random.default_rng(seed + 1).uniform(-2, 2, (2, 2, 2))
    check(deep(seed, (2,) + (4,) * depth + (2,), slope), segments, samples=4_001)


def test_lines_through_exact_folds_keep_their_kinks() -> None:
    # |x| from two positive parts: both fold at 0, where the diagonal has a sample and where the axis lies
    layers = (Linear(np.array([[1.0, 0], [-1, 0]]), np.zeros(2)), PositivePart(), Linear(np.ones((2, 2)), np.zeros(2)))
    line = images(layers, np.array([[[-1.0, 0], [1.0, 0]], [[0.0, -1], [0.0, 1]]]))
    first, second = polylines(line)
    assert np.array_equal(np.unique(first, axis=0), [[0, 0], [1, 1]]) and (second == 0).all()


def test_lines_through_tanh_are_sampled_finely() -> None:
    layers = (Linear(np.eye(2) * 2, np.zeros(2)), Tanh(), Linear(np.eye(2), np.zeros(2)))
    segment = np.array([[[-1.0, -1.0], [1.0, 0.5]]])
    t = np.linspace(0, 1, 2_001)[:, None]
    dense = forward(layers, (1 - t) * segment[0, 0] + t * segment[0, 1])
    assert farthest(dense, polylines(images(layers, segment))[0]) < 1e-4


def test_a_square_grid_is_vertical_lines_then_horizontal_ones() -> None:
    grid = square_grid(2.0, 5)
    assert grid.shape == (10, 2, 2)
    assert (grid[:5, 0, 0] == grid[:5, 1, 0]).all() and (grid[5:, 0, 1] == grid[5:, 1, 1]).all()
    assert np.abs(grid).max() == 2.0 and np.array_equal(grid[:5, 0, 0], np.linspace(-2, 2, 5))


@pytest.mark.parametrize("widths", [(2, 100, 2), (2, 64, 9, 40, 2), (3, 50, 3)])
@pytest.mark.parametrize("slope", [0.0, 0.1, 1.5])
def test_adding_up_bends_gives_the_images_of_the_very_vertices(widths: tuple[int, ...], slope: float) -> None:
    segments = np.random.default_rng(6).uniform(-1.5, 1.5, (5, 2, widths[0]))
    layers = deep(8, widths, slope)
    lines, inputs = images(layers, segments), kinked(layers, segments)
    assert np.array_equal(lines.starts, inputs.starts)
    assert np.allclose(
        lines.vertices, forward(layers, inputs.vertices), rtol=0, atol=1e-12 * np.abs(lines.vertices).max()
    )


def test_lines_with_more_kinks_than_pixels_are_right_to_a_part_of_a_pixel(monkeypatch: pytest.MonkeyPatch) -> None:
    network, segments = deep(2, (2, 300, 300, 2), 0.1), square_grid(1.2, 3)
    network = tuple(Linear(v.weight / len(v.weight[0]) ** 0.5, v.bias) if isinstance(v, Linear) else v for v in network)
    exact_ones = images(network, segments)
    monkeypatch.setattr("engine.network.lines._WORK", 1e7)
    for single in (
        network,
        tuple(Linear(*(a.astype("f4") for a in v)) if isinstance(v, Linear) else v for v in network),
    ):
        lines, bent = images(single, segments), kinked(single, segments)
        assert len(lines.vertices) < len(exact_ones.vertices)
        within = 2 * np.abs(lines.vertices).max() * TOLERANCE / HEIGHT
        for number, (start, end) in enumerate(segments):
            t = np.linspace(0, 1, 1501)[:, None]
            dense = forward(network, (1 - t) * start + t * end)
            for line in (polylines(lines)[number], forward(network, polylines(bent)[number].astype(float))):
                assert farthest(dense, line) <= 3 * within


def test_millions_of_units_go_through_few_points_at_a_time() -> None:
    wide = (Linear(np.ones((1 << 22, 2), "f4"), np.zeros(1 << 22, "f4")), PositivePart())
    assert block_of(wide) == 4
