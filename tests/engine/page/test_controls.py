"""Every control of a page answers to a mouse, to a finger and to keys: real events, as a browser makes them."""

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest

from engine import Run
from engine.page.beats import Beat
from engine.page.write import page, write_page
from tests.browsing import Browser, browsing

BUTTON = "[...document.querySelectorAll('button')].find((b) => b.textContent === {!r})"
ENTER, ESCAPE, PAGE_UP, PAGE_DOWN, END, HOME = "\ue007", "\ue00c", "\ue00e", "\ue00f", "\ue010", "\ue011"
LEFT, UP, RIGHT = "\ue012", "\ue013", "\ue014"

CONTROLS = [  # what it is called, what it changes, and from what to what
    ("Play", "playing", False, True),
    ("Pause", "playing", True, False),
    ("Loop", "loop", False, True),
    ("fan", "epoch", 0, 20),
    ("Back", "epoch", 20, 7),
    ("Next", "epoch", 7, 20),
    ("input", "view", "embedding", "input"),
    ("both", "view", "input", "both"),
    ("morph", "view", "both", "morph"),
    ("embedding", "view", "morph", "embedding"),
    *((part, f"shown['{name}']", True, False) for part, name in (
        ("points", "points"), ("grid", "grid"), ("regions", "regions"), ("class vectors", "vectors"),
        ("mistakes", "mistakes"), ("names", "names"),
    )),
    ("bee", "classes?.length", None, 1),
    ("eel", "classes?.length", 1, 2),
    ("Light", "theme", "dark", "light"),
    ("Whole view", "zoom.k", 2, 1),
    ("No probe", "probe", {"plane": "input", "at": [0, 0]}, None),
]  # fmt: skip


@pytest.fixture(scope="module")
def browser(small: Run, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    folder = tmp_path_factory.mktemp("controls")
    named = replace(small, names={"y": ("ant", "bee", "cat", "dog", "eel")})
    write_page(page([("small", named)], beats=[Beat("grow", 7), Beat("fan", 20)]), folder / "page.html")
    with browsing(folder / "profile") as opened:
        opened.ask("/url", {"url": f"{(folder / 'page.html').as_uri()}#theme=dark"})
        opened.wait("window.unspiral && unspiral.frames > 0")
        devtools(opened, "Emulation.setTouchEmulationEnabled", enabled=True, maxTouchPoints=2)
        yield opened


def devtools(browser: Browser, command: str, **parameters: Any) -> None:
    browser.ask("/goog/cdp/execute", {"cmd": command, "params": parameters})


def middle(browser: Browser, element: str) -> tuple[float, float]:
    """Of an element that is scrolled to; nothing may lie over it."""
    x, y, over = browser.run(
        f"const e = {element}; e.scrollIntoView({{block: 'center'}}); const b = e.getBoundingClientRect(); "
        "const at = [b.left + b.width / 2, b.top + b.height / 2]; const top = document.elementFromPoint(...at); "
        "return [...at, e === top || e.contains(top)]"
    )
    assert over, element
    return x, y


def click(browser: Browser, element: str) -> None:
    x, y = middle(browser, element)
    for kind in ("mousePressed", "mouseReleased"):
        devtools(browser, "Input.dispatchMouseEvent", type=kind, x=x, y=y, button="left", clickCount=1)


def tap(browser: Browser, element: str) -> None:
    x, y = middle(browser, element)
    devtools(browser, "Input.dispatchTouchEvent", type="touchStart", touchPoints=[{"x": x, "y": y}])
    devtools(browser, "Input.dispatchTouchEvent", type="touchEnd", touchPoints=[])


def enter(browser: Browser, element: str) -> None:
    browser.run(f"{element}.focus()")
    assert browser.run(f"return document.activeElement === {element} && {element}.tabIndex >= 0")
    browser.press(ENTER)


@pytest.mark.parametrize("press", [click, tap, enter])
def test_every_button_does_what_it_says(browser: Browser, press: Callable[[Browser, str], None]) -> None:
    there = set(browser.run("return [...document.querySelectorAll('button')].map((b) => b.textContent)"))
    assert there - {"grow", "ant", "cat", "dog"} <= {name for name, *_ in CONTROLS}, "a control that no test presses"
    for name, what, before, after in CONTROLS:
        if "?" not in what:
            browser.run(
                f"unspiral.set(() => {{ unspiral.state.{what} = {json.dumps(before)} }}); unspiral.paint(false)"
            )
        press(browser, BUTTON.format(name))
        browser.wait(f"JSON.stringify(unspiral.state.{what} ?? null) === JSON.stringify({json.dumps(after)})", 5)
    browser.run("unspiral.set(() => { Object.assign(unspiral.state, {classes: null, loop: false, theme: 'dark'}); "
                "for (const part in unspiral.state.shown) unspiral.state.shown[part] = true }); "
                "unspiral.paint(false)")  # fmt: skip


def test_the_sliders_and_the_speed_answer_to_all_three(browser: Browser) -> None:
    browser.run("unspiral.show('morph'); unspiral.goTo(0); unspiral.paint(false)")
    for press, key in ((click, END), (tap, HOME)):
        for slider, state in (("epochs", "epoch / 30"), ("morph", "morph")):
            element = f"document.getElementById('{slider}')"
            browser.run(
                f"unspiral.set(() => {{ unspiral.state.morph = 0.3 }}); unspiral.paint(false); {element}.focus()"
            )
            browser.press(key)
            browser.wait(f"unspiral.state.{state} === {int(key == END)}")
            press(browser, element)
            browser.wait(f"Math.abs(unspiral.state.{state} - 0.5) < 0.05")
    browser.run("document.querySelector('select').focus()")
    browser.press("\ue015")  # down
    browser.wait("unspiral.state.speed === 2")
    browser.run(
        "unspiral.set(() => { unspiral.state.speed = 1; unspiral.state.morph = 1 }); unspiral.show('embedding')"
    )


def test_on_paper_the_planes_are_a_light_picture_and_afterwards_all_is_as_before(browser: Browser) -> None:
    picture = "document.querySelector('#stage canvas:not([id])')"
    browser.run("unspiral.set(() => { unspiral.state.theme = 'dark' }); dispatchEvent(new Event('beforeprint'))")
    greens = browser.run(
        f"const p = {picture}; return [...p.getContext('2d').getImageData(0, 0, p.width, p.height).data]"
        ".filter((value, i) => i % 40 === 1)"
    )
    assert browser.run("return unspiral.look.light") and len(set(greens)) > 20
    assert sum(green > 150 for green in greens) > 0.8 * len(greens)
    browser.run("dispatchEvent(new Event('afterprint'))")
    browser.wait(f"{picture} === null && !unspiral.look.light && unspiral.state.theme === 'dark'")


def test_keys_drive_time_views_and_the_plane(browser: Browser) -> None:
    browser.run("document.activeElement.blur(); unspiral.goTo(0)")
    for key, condition in (
        (RIGHT, "epoch === 7"), (PAGE_DOWN, "epoch === 20"), (LEFT, "epoch === 7"), (PAGE_UP, "epoch === 0"),
        ("n", "epoch === 7"), ("p", "epoch === 0"), (END, "epoch === 30"), (HOME, "epoch === 0"),
        ("l", "loop"), ("l", "loop === false"), ("2", "view === 'input'"), ("3", "view === 'both'"),
        ("4", "view === 'morph'"), ("1", "view === 'embedding'"), (" ", "playing"), (" ", "playing === false"),
    ):  # fmt: skip
        browser.press(key)
        browser.wait(f"unspiral.state.{condition}", 5)
    browser.run("document.querySelector('.panel').focus()")
    for key, condition in (
        (RIGHT, "probe.at[0] > 0"), (UP, "probe.at[1] > 0"), ("+", "zoom.k > 1"), ("-", "zoom.k === 1"),
        (ESCAPE, "probe === null"),
    ):  # fmt: skip
        browser.press(key)
        browser.wait(f"unspiral.state.{condition}", 5)


def test_the_plane_is_probed_followed_zoomed_and_panned_with_a_mouse_and_with_fingers(browser: Browser) -> None:
    browser.run("unspiral.show('embedding'); unspiral.goTo(30); unspiral.paint(false)")
    x, y = middle(browser, "document.querySelector('.panel')")
    at = browser.run(
        "const p = unspiral.panels[0], b = p.element.getBoundingClientRect(), s = unspiral.painter.places(p.run); "
        "const o = p.place('embedding'), [x, y] = o.origin; "
        "return [b.left + x + o.scale * s[0], b.bottom - y - o.scale * s[1]]"
    )

    def mouse(kind: str, dx: float, dy: float, **more: Any) -> None:
        devtools(browser, "Input.dispatchMouseEvent", type=kind, x=x + dx, y=y + dy, **more)

    def touch(kind: str, *places: tuple[float, float]) -> None:
        points = [{"x": px, "y": py, "id": k} for k, (px, py) in enumerate(places)]
        devtools(browser, "Input.dispatchTouchEvent", type=kind, touchPoints=points)

    for finger in (False, True):
        browser.run("unspiral.set(() => { unspiral.state.followed = null; unspiral.state.probe = null })")
        if finger:
            touch("touchStart", (at[0], at[1]))
            touch("touchEnd")
        else:
            for kind in ("mousePressed", "mouseReleased"):
                devtools(browser, "Input.dispatchMouseEvent", type=kind, x=at[0], y=at[1], button="left", clickCount=1)
        browser.wait("unspiral.state.followed !== null && unspiral.state.probe !== null")
    mouse("mouseWheel", 0, 0, deltaX=0, deltaY=-400)
    browser.wait("Math.abs(unspiral.state.zoom.k - Math.E) < 1e-6")
    mouse("mousePressed", 0, 0, button="right", buttons=2, clickCount=1)
    mouse("mouseMoved", 40, 0, button="right", buttons=2)
    mouse("mouseReleased", 40, 0, button="right", clickCount=1)
    browser.wait("unspiral.state.zoom.x < 0")
    for count in (1, 2):
        for kind in ("mousePressed", "mouseReleased"):
            mouse(kind, 0, 0, button="left", clickCount=count)
    browser.wait("unspiral.state.zoom.k === 1 && unspiral.state.zoom.x === 0")
    touch("touchStart", (x - 20, y), (x + 20, y))
    touch("touchMove", (x - 20, y), (x + 60, y))
    touch("touchEnd")
    print(browser.run("return unspiral.state.zoom"))
    browser.wait("Math.abs(unspiral.state.zoom.k - 2) < 0.01 && unspiral.state.zoom.x !== 0", 2)
