"""A real browser in tests: headless Chromium, without a network."""

import json
import re
import shutil
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest


class Browser:
    """A headless Chromium without a network but for this machine's own servers, driven through chromedriver.

    `told` is JavaScript whose value is said where a condition never holds.
    """

    def __init__(self, driver: str, told: str = "") -> None:
        self.told = told
        self.driver = subprocess.Popen([driver, "--port=0"], stdout=subprocess.PIPE, text=True)
        assert self.driver.stdout is not None
        port = next(
            int(found[1]) for line in self.driver.stdout if (found := re.search(r"successfully on port (\d+)", line))
        )
        self.address = f"http://127.0.0.1:{port}"

    def open(self, folder: Path, chromium: str) -> None:
        """Begin a session; its profile lies in `folder`."""
        flags = ["--headless=new", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking"]
        flags += [
            "--disable-sync",
            "--disable-component-update",
            "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
        ]
        options = {"binary": chromium, "args": [*flags, f"--user-data-dir={folder}", "--window-size=960,600"]}
        wanted = {"goog:chromeOptions": options, "goog:loggingPrefs": {"browser": "ALL"}}
        session = self.ask("/session", {"capabilities": {"alwaysMatch": wanted}})
        self.address += f"/session/{session['sessionId']}"

    def ask(self, path: str, body: dict[str, Any] | None = None) -> Any:
        """What chromedriver answers."""
        data = json.dumps(body or {}).encode()
        request = urllib.request.Request(self.address + path, data, {"Content-Type": "application/json"})
        try:
            with urllib.request.urlopen(request, timeout=60) as answer:
                return json.load(answer)["value"]
        except urllib.error.HTTPError as error:
            with error:
                raise AssertionError(json.load(error)["value"]["message"]) from None

    def run(self, script: str) -> Any:
        """What a line of JavaScript returns."""
        return self.ask("/execute/sync", {"script": script, "args": []})

    def windows(self) -> list[str]:
        """The windows that are open."""
        with urllib.request.urlopen(self.address + "/window/handles", timeout=60) as answer:
            return json.load(answer)["value"]

    def press(self, key: str) -> None:
        """Press a key and let it go."""
        actions = [{"type": "keyDown", "value": key}, {"type": "keyUp", "value": key}]
        self.ask("/actions", {"actions": [{"type": "key", "id": "keyboard", "actions": actions}]})

    def drag(self, *path: tuple[float, float], kind: str = "mouse") -> None:
        """Press at the first place of the window, move over the others and let go, with a mouse or by touch."""
        moves = [{"type": "pointerMove", "x": round(x), "y": round(y), "duration": 20} for x, y in path]
        moves[1:1] = [{"type": "pointerDown", "button": 0}]
        moves.append({"type": "pointerUp", "button": 0})
        source = {"type": "pointer", "id": kind, "parameters": {"pointerType": kind}, "actions": moves}
        self.ask("/actions", {"actions": [source]})

    def wait(self, condition: str, seconds: float = 10.0) -> None:
        """Until a condition in JavaScript holds."""
        end = time.monotonic() + seconds
        while not self.run(f"return Boolean({condition})"):
            assert time.monotonic() < end, (condition, self.run(self.told) if self.told else None)
            time.sleep(0.03)


@contextmanager
def browsing(folder: Path, told: str = "") -> Iterator[Browser]:
    """A browser whose profile lies in `folder`; the test is skipped where there is none."""
    driver, chromium = shutil.which("chromedriver"), shutil.which("chromium") or shutil.which("google-chrome")
    if driver is None or chromium is None:
        pytest.skip("takes Chromium and chromedriver: apt-get install chromium chromium-driver")
    opened = Browser(driver, told)
    with opened.driver:
        try:
            opened.open(folder, chromium)
            yield opened
            request = urllib.request.Request(opened.address, method="DELETE")
            urllib.request.urlopen(request, timeout=30).close()
        finally:
            opened.driver.terminate()
