"""Images, matrices and curves on a page: what is drawn is what the films show."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

from engine import Run, UnspiralError, shown
from engine.commands.page import command
from engine.library import examples, find_run
from engine.page.write import about_of, page, write_page
from engine.recipes.data import Labelled
from tests.browsing import Browser, browsing

T = 30


def of_series(**more: np.ndarray) -> Run:
    """A run that holds codes, images and attention, and no network."""
    rng = np.random.default_rng(8)
    nothing = Labelled(np.zeros((0, 2), np.float32), np.zeros(0, np.int64))
    way = np.linspace(0, 3, T)
    codes = rng.normal(size=(40, 2)) + np.sin(way)[:, None, None] * rng.normal(size=(40, 2))
    images = 0.5 + 0.5 * np.sin(way[:, None, None, None] + rng.normal(size=(6, 4, 5)))
    attention = np.cos(way[:, None, None] + rng.normal(size=(3, 7)))
    series = {"codes": codes, "digits": images, "attention": attention, **more}
    return Run(
        None,
        nothing,
        np.zeros(0, bool),
        np.arange(float(T)),
        (),
        series={name: array.astype(np.float32) for name, array in series.items()},
        constants={"labels": np.arange(40) % 3},
        metrics={"loss": 3 - way / 2, "accuracy <b>": way / 3},
    )


PIXEL = """
const [panel, x, y] = [unspiral.sheets[arguments[0]], arguments[1], arguments[2]];
unspiral.paint(false);
const context = unspiral.overlay.context, ratio = unspiral.overlay.canvas.width / unspiral.room.width;
const at = [(panel.left + x) * ratio, (panel.top + y) * ratio].map(Math.round);
return [...context.getImageData(...at, 1, 1).data].slice(0, 3);
"""


def test_images_matrices_and_curves_that_were_recorded_have_panels_that_show_them(tmp_path: Path) -> None:
    run = of_series(hidden=np.random.default_rng(2).normal(size=(T, 9, 2)))
    write_page(page([("vae", run)]), tmp_path / "vae.html")
    with browsing(tmp_path / "profile") as browser:
        browser.ask("/url", {"url": f"{(tmp_path / 'vae.html').as_uri()}#theme=dark"})
        browser.wait("window.unspiral && unspiral.frames > 0")
        titles = "return [...document.querySelectorAll('.panel')].map((panel) => panel.textContent)"
        assert browser.run(titles) == ["vae: codes", "vae: hidden", "digits", "attention", "metrics"]
        for epoch in (0, 7, 18.5, 29):
            browser.run(f"unspiral.goTo({epoch}); unspiral.paint(false)")
            for sheet, film in enumerate((shown(run, "digits"), shown(run, "attention"))):
                found = np.array(browser.run(f"return [...unspiral.sheets[{sheet}].now]"))
                frame = film(epoch)
                values = frame.images if sheet == 0 else (frame.values - frame.low) / (frame.high - frame.low)
                assert np.abs(found / 255 - values.ravel()).max() < 3.5 / 255
        _looks_as_the_picture_does(browser, run)
        browser.run("[...document.querySelectorAll('#parts button')].find((b) => b.textContent == 'series').click()")
        browser.wait(
            "document.querySelectorAll('.sheet[hidden]').length === 3 && location.hash.includes('hide=series')"
        )
        assert "<b>" not in browser.run("return document.querySelector('main').innerHTML")


def _looks_as_the_picture_does(browser: Browser, run: Run) -> None:
    """Grey images from black to the ink, wherever they lie: the first pixel of the first one."""
    ink = np.array(browser.run("return unspiral.look.rgb.ink"))
    value = shown(run, "digits")(29).images[0, 0, 0, 0]
    left, top, side = browser.run(
        "const d = unspiral.overlay.context, f = d.drawImage.bind(d); let first; const sheet = unspiral.sheets[0];"
        "d.drawImage = (...a) => { first ??= a; f(...a); }; sheet.paint(d, unspiral.look); delete d.drawImage;"
        "return [first[5], first[6], first[7] / sheet.shape[2]]"
    )
    pixel = browser.ask("/execute/sync", {"script": PIXEL, "args": [0, left + side / 2, top + side / 2]})
    assert np.abs(np.array(pixel) - 255 * value * ink).max() < 5


def test_a_run_without_points_has_a_page_too(tmp_path: Path) -> None:
    run = of_series()
    bare = replace(run, series={"attention": run.series["attention"]}, constants={})
    (about,) = about_of(page([("attention", bare)]).text)["runs"]
    assert about["planeless"] and [sheet["kind"] for sheet in about["sheets"]] == ["matrix", "curves"]
    with pytest.raises(UnspiralError, match="a page shows networks and series of points, images and matrices"):
        page([("nothing", replace(bare, series={}, metrics={}))])


def test_functions_sequences_flows_and_distributions_are_drawn_where_their_films_have_them(tmp_path: Path) -> None:
    rng, way = np.random.default_rng(5), np.linspace(0, 2, T)
    run = of_series(
        bent=np.sin(way[:, None, None] + np.linspace(0, 3, 11)) * np.ones((1, 4, 1)),
        states=rng.normal(size=(40, 6, 2)) + way[:, None, None, None],
        ways=rng.normal(size=(5, 12, 2)) * np.cos(way)[:, None, None, None],
        losses=np.abs(rng.normal(size=40)) + way[:, None],
        field=rng.normal(size=(T, 5, 7, 2)),
    )
    kept = ("bent", "states", "ways", "losses", "field")
    constants = run.constants | {"bent_x": np.linspace(-1, 1, 11), "field_x": rng.normal(size=(7, 2))}
    run = replace(run, series={name: run.series[name] for name in kept}, constants=constants, metrics={})
    made = page([("all", run)])
    write_page(made, tmp_path / "all.html")
    assert made.left_out == ("field",) and made.snapshots == 0
    with browsing(tmp_path / "profile") as browser:
        browser.ask("/url", {"url": f"{(tmp_path / 'all.html').as_uri()}#theme=dark"})
        browser.wait("window.unspiral && unspiral.frames > 0")
        assert "not on this page: field" in browser.run("return document.querySelector('#choices').textContent")
        for epoch in (0, 11.5, 29):
            browser.run(f"unspiral.goTo({epoch}); unspiral.paint(false)")
            told = browser.run("return unspiral.sheets.map((sheet) => [sheet.about.name, [...sheet.now]])")
            found = {name: np.array(now).reshape(-1, 2) for name, now in told}
            frames = {name: shown(run, name)(epoch) for name in kept[:4]}
            functions = frames["bent"]
            up = (functions.values - functions.up[0]) / np.ptp(functions.up)
            assert np.abs(found["bent"][:, 1] - up.ravel()).max() < 1e-3
            for name, places in (("states", frames["states"].lines.vertices), ("ways", frames["ways"].points)):
                view = frames[name].view
                expected = (places - view.centre) / (2 * view.half * view.across) + 0.5
                assert np.abs(found[name][: len(expected)] - expected).max() < 1e-3, name
            if epoch % 1:  # between snapshots, ridges pass over into one another
                continue
            ridges = frames["losses"].shares
            rows = found["losses"][:, 1].reshape(ridges.shape) - np.arange(len(ridges))[::-1, None] / len(ridges)
            assert np.abs(rows / rows.max() - ridges / ridges.max()).max() < 0.02


def test_the_track_is_the_loss_or_what_comes_next_to_it() -> None:
    way = np.linspace(0, 1, T)
    for metrics, expected in (
        ({"accuracy": way, "loss": 3 - way}, "loss"),
        ({"divergence": way, "reconstruction": 1 - way}, "reconstruction"),
        ({"accuracy": way, "loss_tanh": way}, "loss tanh"),
        ({"bound": way - 2, "gone": np.full(T, np.nan)}, "bound"),
    ):
        run = of_series()
        run = replace(run, series={"attention": run.series["attention"]}, constants={}, metrics=metrics)
        (about,) = about_of(page([("run", run)]).text)["runs"]
        assert about["curve"]["name"] == expected and len(about["curve"]["at"]) == T


def test_an_example_is_a_run_by_its_name_and_what_is_none_is_said(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("UNSPIRAL_RUNS", str(tmp_path))
    assert {"vae", "digits", "attention"} <= set(examples()) and "loop" not in examples()
    with pytest.raises(UnspiralError, match="not recorded yet; record it with: unspiral render digits"):
        CliRunner().invoke(command, ["digits", "-o", str(tmp_path / "d.html")], catch_exceptions=False)
    with pytest.raises(UnspiralError, match=r"no run file, no recipe and no example 'digit'; .*digits"):
        find_run("digit")
