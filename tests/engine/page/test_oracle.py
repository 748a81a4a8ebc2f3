"""torch decides what a page must show: the class at every pixel of both planes, every place, every number."""

import base64
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

from engine import Linear, Run, training
from engine.films.readings import readings
from engine.films.training import Training
from engine.network.activations import PositivePart
from engine.network.layers import Array, apply
from engine.network.loss import judged
from engine.page.pack import _written
from engine.page.write import page, write_page
from engine.recipes.data import Labelled
from tests.browsing import Browser, browsing

torch = pytest.importorskip("torch")

SHAPES = {  # classes, dimensions of the embedding
    "two": (2, 2), "three": (3, 2), "five": (5, 2), "twelve": (12, 2), "forty": (40, 2), "one logit": (1, 2),
    "line": (3, 1), "space": (3, 3),
}  # fmt: skip
EPOCHS = (0, 3.5, 8.25, 9)


def trained(classes: int, width: int) -> Run:
    """Ten snapshots of a network on its way from one set of weights to another."""
    rng = np.random.default_rng(100 * classes + width)

    def way(*shape: int) -> Array:
        ends = rng.normal(size=(2, *shape)).astype(np.float32)
        return np.stack([(1 - s) * ends[0] + s * ends[1] for s in np.sin(np.linspace(0, np.pi / 2, 10))])

    shapes = ((16, 2), (width, 16), (classes, width))
    hidden, out, last = (Linear(way(*shape), 0.7 * way(shape[0])) for shape in shapes)
    if classes == 1:  # as it is recorded: its sign is which of two scores is higher
        last = Linear(*(np.concatenate([0 * array, array], 1) for array in last))
    x = rng.normal(size=(300, 2)).astype(np.float32)
    y = np.arange(300) % max(classes, 2)
    layers = (hidden, PositivePart(0.0), out, last)
    return Run(None, Labelled(x, y), np.zeros(300, bool), np.arange(10.0), layers)


@pytest.fixture(scope="module")
def runs() -> dict[str, Run]:
    return {name: trained(*shape) for name, shape in SHAPES.items()}


@pytest.fixture(scope="module")
def browser(runs: dict[str, Run], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    folder = tmp_path_factory.mktemp("oracle")
    write_page(page(list(runs.items())), folder / "page.html")
    with browsing(folder / "profile") as opened:
        size = {"width": 860, "height": 460, "deviceScaleFactor": 1, "mobile": False}
        opened.ask("/goog/cdp/execute", {"cmd": "Emulation.setDeviceMetricsOverride", "params": size})
        opened.ask("/url", {"url": f"{(folder / 'page.html').as_uri()}#theme=dark&hide=points,grid,vectors,names"})
        opened.wait("window.unspiral && unspiral.frames > 0")
        yield opened


def modules(run: Run, epoch: float, dtype: Any) -> tuple[Any, Any]:
    """The feature extractor and the classifier at an epoch, as torch has them; of one logit, what gives that alone."""
    found: list[Any] = []
    for layer in run.at(epoch):
        if not isinstance(layer, Linear):
            found.append(torch.nn.ReLU())
            continue
        weight, bias = layer if layer.weight[0].any() else (layer.weight[1:], layer.bias[1:])
        module = torch.nn.Linear(*weight.shape[::-1], dtype=dtype)
        with torch.no_grad():
            module.weight.copy_(torch.as_tensor(np.array(weight)))
            module.bias.copy_(torch.as_tensor(np.array(bias)))
        found.append(module)
    return torch.nn.Sequential(*found[:-1]), found[-1]


def answers(scores: Any) -> Array:
    """The class with the highest score; of one score, whether it is positive."""
    return (scores[:, 0] > 0).long().numpy() if scores.shape[1] == 1 else scores.argmax(1).numpy()


PIXELS = """
unspiral.goTo(arguments[1]);
unspiral.show(arguments[0]);
unspiral.paint(false);
const gl = unspiral.painter.gl, ratio = gl.drawingBufferWidth / unspiral.room.width;
return { colours: unspiral.look.regions, panels: unspiral.panels.map((panel) => {
  const [width, height] = [Math.round(panel.width * ratio), Math.round(panel.height * ratio)];
  const bottom = gl.drawingBufferHeight - Math.round(panel.top * ratio) - height;
  const pixels = new Uint8Array(4 * width * height);
  gl.readPixels(Math.round(panel.left * ratio), bottom, width, height, gl.RGBA, gl.UNSIGNED_BYTE, pixels);
  const { origin, scale } = panel.place(arguments[0]);
  const letters = Array.from(pixels, (value) => String.fromCharCode(value));
  return { shape: [height, width], origin: origin.map((at) => at * ratio), scale: scale * ratio,
           decided: panel.run.decided(), pixels: btoa(letters.join('')) };
}) };
"""


def pixels(panel: dict[str, Any], colours: Array) -> tuple[Array, Array, Array]:
    """Which class each pixel of a panel has the colour of (H, W); where in the plane it is (H, W, 2); off the axes."""
    height, width = panel["shape"]
    seen = np.frombuffer(base64.b64decode(panel["pixels"]), ">u4").reshape(height, width) >> 8
    rows, columns = np.mgrid[0:height, 0:width] + 0.5
    at = np.stack([columns, rows], -1) - panel["origin"]
    known, first = np.unique(colours, return_index=True)
    place = np.searchsorted(known, seen).clip(max=len(known) - 1)
    shown = np.where(known[place] == seen, first[place], -1)
    return shown, at / panel["scale"], (np.abs(at) > 7).all(-1)


def clear_of_edges(answers: Array) -> Array:
    """Where all pixels around have the same answer."""
    alike = np.ones(answers.shape, bool)
    for shift in [(a, b) for a in (-2, -1, 0, 1, 2) for b in (-2, -1, 0, 1, 2)]:
        alike &= np.roll(answers, shift, (0, 1)) == answers
    alike[[0, 1, -2, -1]] = alike[:, [0, 1, -2, -1]] = False
    return alike


@pytest.mark.parametrize("plane", ["embedding", "input"])
def test_every_pixel_away_from_edges_has_the_colour_of_torchs_answer(
    runs: dict[str, Run], browser: Browser, plane: str
) -> None:
    looked_at, decided = 0, set()
    for epoch in EPOCHS:
        seen = browser.ask("/execute/sync", {"script": PIXELS, "args": [plane, epoch]})
        colours = np.array([int(colour[1:], 16) for colour in seen["colours"]])
        first = np.array([seen["colours"].index(colour) for colour in seen["colours"]])  # after twelve they begin anew
        for (name, run), panel in zip(runs.items(), seen["panels"], strict=True):
            if panel["decided"] < 1:  # of a wider embedding, the plane does not answer as the network does yet
                continue
            shown, data, off_axes = pixels(panel, colours)
            for dtype in (torch.float64, torch.float32):
                extractor, last = modules(run, epoch, dtype)
                with torch.no_grad():
                    if plane == "input":
                        scores = last(extractor(torch.as_tensor(data.reshape(-1, 2), dtype=dtype)))
                    else:
                        scores = last(torch.as_tensor(lifted(run, epoch, data.reshape(-1, 2)), dtype=dtype))
                expected = answers(scores).reshape(shown.shape)
                clear = clear_of_edges(expected) & off_axes
                assert (shown != first[expected])[clear].sum() == 0, (name, epoch, dtype)
                assert clear.sum() > 0.3 * shown.size
            looked_at += int(clear.sum())
            decided.add(name)
    assert decided == set(SHAPES) and looked_at > 100_000


def lifted(run: Run, epoch: float, places: Array) -> Array:
    """Places (N, 2) of the plane that is shown as what they are in the embedding (N, d)."""
    axes = training(run).plane.axes  # type: ignore[union-attr]
    if len(axes) == 1:
        return places[:, :1]
    if len(axes) == 2:
        return places
    middle = run.embedding(epoch).mean(0)
    return places @ axes.T + (middle - axes @ (middle @ axes))


def test_places_answers_and_numbers_are_the_engines_at_twenty_epochs(runs: dict[str, Run], browser: Browser) -> None:
    for epoch in np.linspace(0, 9, 20).tolist():
        told = browser.run(
            f"return unspiral.runs.map((run) => {{ run.goTo({epoch});"
            "return [Array.from(unspiral.painter.places(run)), run.readings().rows.map((row) => row[1])] })"
        )
        for (name, run), (found, texts) in zip(runs.items(), told, strict=True):
            film = training(run)
            assert isinstance(film, Training)
            places = np.array(found).reshape(-1, 3)
            assert np.abs(places[:, :2] - film.points(epoch)).max() < 1e-4 * 2 * film.view.half, name
            extractor, last = modules(run, epoch, torch.float64)
            with torch.no_grad():
                scores = last(extractor(torch.as_tensor(np.asarray(run.data.x, float))))
            two = torch.cat([torch.zeros_like(scores), scores], 1) if scores.shape[1] == 1 else scores
            top = two.sort(1).values.numpy()
            clear = top[:, -1] - top[:, -2] > 1e-3
            assert (places[:, 2] == two.argmax(1).numpy())[clear].all() and clear.mean() > 0.95, name
            whole = float(np.floor(epoch))
            values, _ = readings(run, whole, judged(apply(run.classifier(whole), run.embedding(whole)), run.data.y))
            assert texts == [_written(row, values[row]) for row in ("accuracy", "loss")], name
