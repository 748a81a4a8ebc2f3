"""Pages opened in a real browser, without a network: what they compute is what the engine computes."""

import base64
import os
import re
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner

from engine import Linear, Run, UnspiralError, training
from engine.commands.page import command
from engine.films.training import Training
from engine.network.activations import KINDS, Tanh
from engine.network.layers import apply, forward
from engine.page import shaders
from engine.page.beats import told_by
from engine.page.write import about_of, page, write_page
from engine.recipes.data import Labelled
from engine.runs.thin import kept
from tests.browsing import Browser, browsing

HOSTILE = "</script><img src=x onerror=\"document.title='broken'\">"


@pytest.fixture(scope="module")
def made(small: Run, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A page of a small run, whose name and classes are what somebody might wish were markup."""
    hostile = replace(small, names={"y": (HOSTILE, "bee", "cat", "dog", "eel")})
    output = tmp_path_factory.mktemp("page") / "page.html"
    write_page(page([(HOSTILE, hostile)]), output)
    return output


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    with browsing(tmp_path_factory.mktemp("profile")) as opened:
        yield opened


def open_page(browser: Browser, path: Path, fragment: str = "") -> None:
    browser.ask("/url", {"url": "about:blank"})
    browser.ask("/url", {"url": f"{path.as_uri()}#{fragment}"})
    browser.wait("window.unspiral && unspiral.frames > 0")


def places(browser: Browser, epoch: float, run: int = 0) -> np.ndarray:
    """Where the page has the points, (N, 3): place and answer."""
    script = f"unspiral.goTo({epoch}); unspiral.paint(false); return [...unspiral.painter.places(unspiral.runs[{run}])]"
    return np.array(browser.run(script)).reshape(-1, 3)


def test_points_are_where_the_engine_has_them_at_snapshots_and_between(
    made: Path, small: Run, browser: Browser
) -> None:
    open_page(browser, made)
    half = training(small)(0).view.half
    for epoch in (0, 1, 2.5, 7, 12.25, 20, 29.9, 30):
        found = places(browser, epoch)
        e = small.embedding(epoch)
        assert np.abs(found[:, :2] - e).max() < 1e-4 * 2 * half
        scores = np.sort(apply(small.classifier(epoch), e), 1)
        clear = scores[:, -1] - scores[:, -2] > 1e-3
        assert (found[clear, 2] == small.scores(epoch).argmax(1)[clear]).all() and clear.mean() > 0.9
        assert browser.run("return document.getElementById('epoch').textContent") == str(int(epoch))
    assert browser.run("return [...document.querySelectorAll('#read dd')].map((d) => d.textContent)")[0].endswith("%")


PIXELS = """
const state = unspiral.state;
for (const part of ['points', 'grid', 'vectors', 'names']) state.shown[part] = false;
unspiral.show(arguments[0]);
unspiral.paint(false);
const gl = unspiral.painter.gl, [width, height] = [gl.drawingBufferWidth, gl.drawingBufferHeight];
const pixels = new Uint8Array(4 * width * height);
gl.readPixels(0, 0, width, height, gl.RGBA, gl.UNSIGNED_BYTE, pixels);
const place = unspiral.panels[0].place(arguments[0]);
return { width, height, place, ratio: width / unspiral.panels[0].width, colours: unspiral.look.regions,
         pixels: btoa(Array.from(pixels, (value) => String.fromCharCode(value)).join('')) };
"""


@pytest.mark.parametrize("plane", ["embedding", "input"])
def test_every_pixel_away_from_edges_has_the_colour_of_the_answer(
    made: Path, small: Run, browser: Browser, plane: str
) -> None:
    open_page(browser, made, "epoch=23")
    seen = browser.ask("/execute/sync", {"script": PIXELS, "args": [plane]})
    shape = (seen["height"], seen["width"], 4)
    pixels = np.frombuffer(base64.b64decode(seen["pixels"]), np.uint8).reshape(shape)[..., :3].astype(int)
    colours = np.array([[int(c[i : i + 2], 16) for i in (1, 3, 5)] for c in seen["colours"]])
    rows, columns = np.mgrid[0 : shape[0], 0 : shape[1]] + 0.5
    origin, scale = np.array(seen["place"]["origin"]) * seen["ratio"], seen["place"]["scale"] * seen["ratio"]
    data = (np.stack([columns, rows], -1) - origin) / scale
    network = small.at(23)
    layers = network if plane == "input" else network[-1:]
    answers = forward(layers, data.reshape(-1, 2).astype(np.float32)).argmax(1).reshape(shape[:2])
    alike = np.ones(shape[:2], bool)
    for shift in [(a, b) for a in (-2, 0, 2) for b in (-2, 0, 2)]:
        alike &= np.roll(answers, shift, (0, 1)) == answers
    off_axes = (np.abs(np.stack([columns, rows], -1) - origin) > 10).all(-1)
    clear = alike & off_axes
    shown = np.abs(pixels[:, :, None] - colours).max(-1).argmin(-1)
    assert clear.mean() > 0.8 and len(np.unique(answers[clear])) >= 3
    assert (shown != answers)[clear].sum() == 0


def test_names_from_a_run_stay_text_and_nothing_is_asked_of_a_network(made: Path, browser: Browser) -> None:
    open_page(browser, made, "probe=embedding,0.1,0.2")
    text = made.read_text(encoding="utf-8")
    assert text.count("</script>") == 2 and "<img" not in text
    assert browser.run("return document.querySelector('h1').textContent") == HOSTILE
    assert HOSTILE in browser.run("return document.querySelector('#classes').textContent")
    assert browser.run("return [document.title, document.images.length]") == [HOSTILE, 0]
    assert browser.run("return performance.getEntriesByType('resource').map((e) => e.name)") == []
    assert not re.search(r"""(src|href)\s*=\s*["']?(https?:)?//|@import|fetch\(|import\(""", text)
    refused = "const s = document.createElement('script'); s.textContent = 'window.ran = 1'; document.body.append(s); "
    assert browser.run(refused + "return window.ran === undefined")  # what is not the page's own does not run


def of_kinds(*kinds: Any) -> Run:
    """A run of two snapshots whose network has a layer of each of these kinds of activations, one after the other."""
    rng = np.random.default_rng(3)

    def linear(out: int, into: int) -> Linear:
        weight, bias = rng.normal(size=(2, out, into)) * 1.5 / np.sqrt(into), rng.normal(size=(2, out)) / 3
        return Linear(weight.astype(np.float32), bias.astype(np.float32))

    hidden = [layer for number, kind in enumerate(kinds) for layer in (linear(7, 7 if number else 2), kind())]
    x = (2 * rng.normal(size=(200, 2))).astype(np.float32)
    layers = (*hidden, linear(2, 7), linear(5, 2))
    return Run(None, Labelled(x, np.arange(200) % 3), np.zeros(200, bool), np.array([0.0, 1.0]), layers)


def test_every_kind_of_activation_is_computed_by_the_shader_and_by_the_script(browser: Browser, tmp_path: Path) -> None:
    assert shaders.computed() == set(KINDS), "add a function to engine/page/web/kinds.glsl and kinds.js"
    run = of_kinds(*KINDS.values())
    write_page(page([("kinds", run)]), tmp_path / "kinds.html")
    open_page(browser, tmp_path / "kinds.html", "hide=grid")
    e = run.embedding(0.5)
    by_shader = places(browser, 0.5)
    by_script = np.array(browser.run("return [...unspiral.runs[0].places()]")).reshape(-1, 3)
    for found in (by_shader, by_script):
        assert np.abs(found[:, :2] - e).max() < 1e-4 * np.ptp(e)
    inputs = np.linspace(-6, 6, 41)
    for name, kind in KINDS.items():
        numbers = "".join(f", {number}" for number in kind())
        values = browser.run(f"return {inputs.tolist()}.map((x) => in_kinds.KINDS.{name}(x{numbers}))")
        assert np.allclose(values, kind()(inputs), atol=1e-6), name


def test_a_kind_without_a_shader_is_refused_in_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shaders, "functions", lambda file: frozenset(set(KINDS) - {"tanh"}))
    with pytest.raises(UnspiralError, match=r"a page cannot compute tanh yet: .*kinds.glsl and kinds.js"):
        page([("tanh", of_kinds(Tanh))])


def test_the_grid_bends_where_the_engines_does(made: Path, small: Run, browser: Browser) -> None:
    open_page(browser, made, "epoch=17")
    film = training(small)
    assert isinstance(film, Training)
    frame = film(17)
    lines = browser.run("return unspiral.runs[0].lines().map((line) => [...line.places])")
    for k, line in enumerate(lines):
        vertices = frame.lines.vertices[frame.lines.starts[k] : frame.lines.starts[k + 1]]
        assert len(line) == 2 * len(vertices)
        assert np.abs(np.reshape(line, (-1, 2)) - vertices).max() < 1e-4 * 2 * frame.view.half


def test_a_page_says_how_far_points_may_be_off(small: Run) -> None:
    made = page([("small", small)])
    (about,) = about_of(made.text)["runs"]
    assert 0 < made.error < 0.25 and made.snapshots == len(about["epochs"]) <= len(small.epochs)
    assert about["rows"][0]["texts"][30] and len(made.text) < 200_000


def recorded() -> Run:
    """A run that holds where points went, and no network."""
    rng = np.random.default_rng(5)
    start, way = rng.normal(size=(2, 80, 2))
    codes = np.stack([start + way * np.sin(t / 7) for t in range(40)]).astype(np.float32)
    nothing = Labelled(np.zeros((0, 2), np.float32), np.zeros(0, np.int64))
    labels = {"labels": np.arange(80) % 5}
    return Run(None, nothing, np.zeros(0, bool), np.arange(40.0), (), series={"codes": codes}, constants=labels)


def test_recorded_points_are_within_a_quarter_of_a_pixel(browser: Browser, tmp_path: Path) -> None:
    run = recorded()
    made = page([("codes", run)])
    write_page(made, tmp_path / "codes.html")
    open_page(browser, tmp_path / "codes.html")
    (about,) = about_of(made.text)["runs"]
    assert made.error < 0.25 and len(about["epochs"]) < 40
    for epoch in (0, 3, 21, 39):
        off = np.abs(places(browser, epoch)[:, :2] - run.series["codes"][epoch]).max()
        assert off < 0.25 * 2 * about["view"]["half"] / 1080


PRESSED = "return [...document.querySelectorAll('button[aria-pressed=true]')].map((button) => button.textContent)"
MIDDLE = "const box = document.querySelector('.panel').getBoundingClientRect(); "
MIDDLE += "return [box.left + box.width / 2, box.top + box.height / 2]"


def test_it_is_driven_by_mouse_touch_and_keys_and_its_address_says_where_it_is(
    made: Path, small: Run, browser: Browser
) -> None:
    open_page(browser, made)
    x, y = browser.run(MIDDLE)
    browser.drag((x, y), (x + 60, y - 30))
    found = browser.run("return unspiral.state.probe.at")
    place = browser.run("return unspiral.panels[0].place('embedding')")
    assert np.allclose(found, [60 / place["scale"], 30 / place["scale"]], atol=2 / place["scale"])
    scores = apply(small.classifier(0), np.array([found]))[0]
    assert (
        browser.run("return document.querySelector('tr.answer th').textContent")
        == [*(HOSTILE, "bee", "cat", "dog", "eel")][scores.argmax()]
    )
    browser.drag((x, y), (x - 40, y), kind="touch")
    browser.wait("unspiral.state.probe.at[0] < 0")
    browser.run("document.activeElement.blur()")
    browser.press("\ue014")  # to the next stop
    browser.wait("unspiral.state.epoch > 0")
    browser.press("\ue010")
    browser.wait("unspiral.state.epoch == 30")
    browser.press(" ")  # plays from the start
    browser.wait("unspiral.state.playing && unspiral.state.epoch < 15 && unspiral.state.epoch > 0")
    browser.press(" ")
    browser.run("for (const b of document.querySelectorAll('#parts button, #views button, #classes button')) b.click()")
    browser.run("unspiral.goTo(12); unspiral.controls.loop.click()")
    browser.wait("location.hash.includes('epoch=12') && unspiral.state.loop")
    assert set(browser.run(PRESSED)) == {"Loop", "morph"}  # all parts off, all classes chosen, which is none
    shown = browser.run("return location.hash.slice(1)")
    open_page(browser, made, shown)
    browser.wait("document.getElementById('said').textContent.includes('epoch 12, accuracy')")
    assert browser.run("return unspiral.state.written()") == shown and set(browser.run(PRESSED)) == {"Loop", "morph"}


def test_without_webgl_a_plain_canvas_shows_the_same(made: Path, browser: Browser) -> None:
    shot = "const c = document.getElementById('planes'), d = document.createElement('canvas'); "
    shot += "[d.width, d.height] = [c.width, c.height]; unspiral.paint(false); const x = d.getContext('2d'); "
    shot += "x.drawImage(c, 0, 0); return btoa(Array.from(x.getImageData(0, 0, c.width, c.height).data, "
    shot += "(value) => String.fromCharCode(value)).join(''))"
    seen = []
    for more in ("", "&plain=1"):
        open_page(browser, made, f"epoch=20{more}")
        seen.append(np.frombuffer(base64.b64decode(browser.run(shot)), np.uint8).astype(int))
    kinds = browser.run("return [unspiral.painter instanceof in_painter2d.PlainPainter]")
    assert kinds == [True] and np.abs(seen[0] - seen[1]).mean() < 4


def test_a_notebook_shows_a_run_in_a_frame_that_reaches_nothing_around_it(
    small: Run, browser: Browser, tmp_path: Path
) -> None:
    shown = small.page()
    shown.save(tmp_path / "saved.html")
    assert (tmp_path / "saved.html").read_text(encoding="utf-8") == shown.text
    cell = tmp_path / "cell.html"
    above = "<div style='height:5000px'></div>"
    html = shown._repr_html_().replace('loading="lazy"', "")
    cell.write_text(f"<!DOCTYPE html><meta charset=utf-8><body>{above}{html}", encoding="utf-8")
    browser.ask("/url", {"url": cell.as_uri()})
    frame = browser.ask("/element", {"using": "css selector", "value": "iframe"})
    browser.ask("/frame", {"id": frame})
    time.sleep(0.3)
    assert browser.run("return document.readyState === 'complete' && !window.unspiral")  # no card before it is seen
    browser.ask("/frame", {"id": None})
    browser.run("scrollTo(0, 9999)")
    browser.ask("/frame", {"id": frame})
    browser.wait("window.unspiral && unspiral.frames > 0")
    browser.run("unspiral.goTo(9)")
    browser.wait("document.getElementById('epoch').textContent === '9' && origin === 'null'")
    browser.ask("/frame", {"id": None})
    drawn = "{ unspiral.paint(false); const gl = unspiral.painter.gl, pixels = new Uint8Array(4e5); "
    drawn += "gl.readPixels(0, 0, 100, 100, gl.RGBA, gl.UNSIGNED_BYTE, pixels); return new Set(pixels).size > 3 }"
    for scroll, lost in (("scrollTo(0, 0)", "true"), ("scrollTo(0, 9999)", "false")):
        browser.run(scroll)  # out of sight it gives its context back: browsers keep sixteen
        browser.ask("/frame", {"id": frame})
        browser.wait(f"unspiral.painter.gl.isContextLost() === {lost}")
        browser.ask("/frame", {"id": None})
    browser.ask("/frame", {"id": frame})
    browser.wait(f"(() => {drawn})()")
    browser.ask("/frame", {"id": None})


SCENE = '''
"""Three sections."""

from dataclasses import replace

from engine import training, Run
from scenes.parts import FilmScene, Picture, Replay


class Three(FilmScene):
    def construct(self):
        film = training(Run.load("RUN"))
        picture = Picture(film(0), replace(self.theme, names=("ant", "bee", "cat", "dog", "eel")))
        self.next_section("origin")
        self.add(picture)
        self.wait(1)
        self.next_section("grow & <b>")
        self.play(Replay(picture, film, 0, 12))
        self.next_section("end")
        self.play(Replay(picture, film, 12, 30))
'''


def test_one_snapshot_and_a_wide_embedding_are_shown(small: Run, browser: Browser, tmp_path: Path) -> None:
    rng = np.random.default_rng(2)
    shapes = ((6, 3), (9, 6), (5, 9))
    layers = tuple(Linear(rng.normal(size=(3, *s)), rng.normal(size=(3, s[0]))) for s in shapes)
    points = Labelled(rng.normal(size=(60, 3)), np.arange(60) % 4)
    wide = Run(None, points, np.zeros(60, bool), np.arange(3.0), (layers[0], Tanh(), *layers[1:]))
    write_page(page([("one", kept(small, slice(5, 6))), ("wide", wide)]), tmp_path / "two.html")
    open_page(browser, tmp_path / "two.html")
    film = training(wide)
    found = places(browser, 1.5, 1)
    assert np.abs(found[:, :2] - film(1.5).points).max() < 1e-4 * 2 * film(1.5).view.half
    assert np.abs(places(browser, 1.5, 0)[:, :2] - small.embedding(5)).max() < 1e-4
    answers = wide.scores(1.5).argmax(1)
    assert (found[:, 2] == answers).mean() > 0.98


def test_a_run_that_diverges_is_shown_as_far_as_it_goes_and_its_page_says_so(
    small: Run, browser: Browser, tmp_path: Path
) -> None:
    gone = np.where(small.epochs < 20, 1.0, np.nan).astype(np.float32)
    layers = tuple(
        Linear(layer.weight * gone[:, None, None], layer.bias) if isinstance(layer, Linear) else layer
        for layer in small.layers
    )
    made = page([("", replace(small, layers=layers, names={"y": ("ant", "", " ", "dog", "e" * 300)}))])
    assert about_of(made.text)["title"] == "A training" and about_of(made.text)["runs"][0]["epochs"][-1] == 19
    assert "too large to show from epoch 20 on" in made.unfinished[0]
    write_page(made, tmp_path / "gone.html")
    open_page(browser, tmp_path / "gone.html")
    assert "played up to epoch 19." in browser.run("return document.querySelector('#choices').textContent")
    called = browser.run("return [...document.querySelectorAll('#classes button')].map((b) => b.textContent)")
    assert called[:4] == ["ant", "2", "3", "dog"]
    assert browser.run("const d = document.documentElement; return d.scrollWidth <= d.clientWidth")


def test_the_command_says_what_it_made_and_replaces_nothing_unasked(small: Run, tmp_path: Path) -> None:
    small.save(tmp_path / "run.safetensors")
    asked = [str(tmp_path / "run.safetensors"), "--stop", "grow=12", "-o", str(tmp_path / "new" / "page.html")]
    done = CliRunner().invoke(command, asked, catch_exceptions=False)
    assert re.match(r"\d+\.\d kB, \d+ snapshots, no point errs by more than 0\.\S+ pixels of 1080: ", done.output)
    made = (tmp_path / "new" / "page.html").read_text(encoding="utf-8")
    assert about_of(made)["beats"] == [{"name": "grow", "epoch": 12.0}]
    with pytest.raises(UnspiralError, match="--force"):
        CliRunner().invoke(command, asked, catch_exceptions=False)
    with pytest.raises(UnspiralError, match="a stop is a name and an epoch"):
        CliRunner().invoke(command, [*asked, "--force", "--stop", "grow"], catch_exceptions=False)


def test_the_sections_of_a_scene_are_stops_where_they_end(small: Run, browser: Browser, tmp_path: Path) -> None:
    small.save(tmp_path / "run.safetensors")
    (tmp_path / "three.py").write_text(SCENE.replace("RUN", str(tmp_path / "run.safetensors")))
    told = told_by(str(tmp_path / "three.py"), tmp_path)
    assert told.beats == (("origin", 0.0), ("grow & <b>", 12.0), ("end", 30.0)) and told.title == "Three sections."
    write_page(page(told.runs, told.title, beats=told.beats, names=told.names), tmp_path / "three.html")
    open_page(browser, tmp_path / "three.html")
    assert "antbeecatdogeel" in browser.run("return document.querySelector('#classes').textContent")
    browser.press("\ue014")
    browser.wait("unspiral.state.epoch === 12")
    assert browser.run("return [...document.querySelectorAll('#stops button')].map((b) => b.textContent)") == [
        name for name, _ in told.beats
    ]
    browser.run("document.querySelector('#stops button').click()")
    browser.wait("unspiral.state.epoch === 0")


def test_axe_finds_nothing_serious(made: Path, browser: Browser) -> None:
    axe = os.environ.get("AXE", "")
    if not Path(axe).is_file():
        pytest.skip("takes axe-core: npm install axe-core, and AXE=…/axe.min.js")
    for fragment in ("view=morph&theme=dark", "view=both&probe=embedding,0.1,0.1&theme=light"):
        open_page(browser, made, fragment)
        script = Path(axe).read_text(encoding="utf-8") + "; axe.run().then(arguments[0])"
        found = browser.ask("/execute/async", {"script": script, "args": []})["violations"]
        wrong = [(v["id"], v["impact"], [n["html"][:120] for n in v["nodes"]][:3]) for v in found]
        assert not [each for each in wrong if each[1] in ("serious", "critical")], wrong
