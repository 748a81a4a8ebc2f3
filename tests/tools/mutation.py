"""Which changes to the painters and films would be seen? Run by hand:

    python -m tests.tools.mutation [--share 0.1] [--seed 0] [--states NAME …] [--tests FILE …] [FILE …]

Of each file (by default all painters, pictures and films), `share` of all mutants is tried, each in a process of its
own. A mutant counts if any state of `tests.scenes.states` comes out with other pixels, to the last bit, or with an
error. It is killed by a still if that differs by more than antialiasing may, and by a claim if a test under
`tests/scenes/pictures`, or one of those that --tests names, fails. Each is said as it is known; Ctrl-C sums up so far.
For one picture in minutes: --states and --tests of its own, such as --states pulling --tests
tests/scenes/pictures/test_pulling.py scenes/parts/pictures/pulling.py.
"""

import argparse
import json
import os
import random
import resource
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import cached_property
from pathlib import Path
from types import CodeType, FunctionType, ModuleType
from typing import Any, NamedTuple

import numpy as np
import pytest
from _pytest.runner import call_and_report

from tests.scenes import states
from tests.stills.__main__ import LARGEST, difference, kept, shown
from tests.tools.mutants import Mutant, mutants

ROOT = Path(__file__).parents[2]
TARGETS = ("scenes/parts/paint", "scenes/parts/pictures", "engine/films")
LEFT_OUT = {"kernels.py", "__init__.py"}
"""Compiled by numba: their own tests hold them to brute force, bit by bit."""
PATIENCE = 60
"""Seconds of processor time for one mutant; one that takes longer hangs, and counts as killed."""

Place = tuple[str, str, int]
"""File, qualified name and first line of a function."""


class Verdict(NamedTuple):
    """What became of a mutant."""

    changed: bool
    """Whether any state has other pixels."""
    still: bool
    claim: bool


@contextmanager
def listening(found: set[CodeType]) -> Iterator[None]:
    """Note which functions are called meanwhile."""
    sys.setprofile(lambda frame, event, _: found.add(frame.f_code) if event == "call" else None)
    try:
        yield
    finally:
        sys.setprofile(None)


def place(code: CodeType) -> Place:
    """Of a function, or of the outermost function that one stands in."""
    return code.co_filename, code.co_qualname.split(".<locals>")[0], code.co_firstlineno


def forget(modules: Iterator[ModuleType]) -> None:
    """Empty the caches of these modules' functions."""
    for module in modules:
        for value in list(vars(module).values()):
            if getattr(value, "__module__", None) == module.__name__ and hasattr(value, "cache_clear"):
                value.cache_clear()


def modules_under(*prefixes: str) -> Iterator[ModuleType]:
    return (module for name, module in list(sys.modules.items()) if module is not None and name.startswith(prefixes))


class Laboratory:
    """The unchanged code: its pixels, its tests, and which functions each of them calls."""

    def __init__(self, items: list[Any], names: list[str]) -> None:
        self.items = items
        self.names = names
        self.pixels: dict[str, np.ndarray] = {}
        self.states: dict[tuple[str, str], set[str]] = defaultdict(set)
        self.tests: dict[tuple[str, str], list[Any]] = defaultdict(list)
        for name in names:
            forget(modules_under("scenes.parts", "tests.scenes.states"))
            called: set[CodeType] = set()
            with listening(called):
                self.pixels[name] = shown(name)
            for code in called:
                self.states[place(code)[:2]].add(name)
        for item in items:
            if item.fspath != getattr(self, "_file", None):
                self._file = item.fspath
                forget(modules_under("scenes.parts", "tests.scenes.states"))
            called, begun = set(), time.perf_counter()
            with listening(called):
                assert passes(item), f"{item.nodeid} fails as it is"
            item.takes = time.perf_counter() - begun
            for code in called:
                self.tests[place(code)[:2]].append(item)

    @cached_property
    def functions(self) -> dict[tuple[str, str], list[FunctionType]]:
        """Every function of the targets, by file and name."""
        import gc

        found: dict[tuple[str, str], list[FunctionType]] = defaultdict(list)
        for value in gc.get_objects():
            if isinstance(value, FunctionType) and value.__code__.co_filename.startswith(str(ROOT)):
                found[place(value.__code__)[:2]].append(value)
        return found

    def put(self, mutant: Mutant) -> bool:
        """Let the mutant stand in for the code; whether it could."""
        if mutant.scope is None:
            return self._put_constant(mutant)
        name, line = mutant.scope
        code = next((c for c in codes(mutant.code) if (c.co_qualname, c.co_firstlineno) == (name, line)), None)
        functions = self.functions.get((str(mutant.path), name), [])
        if code is None or not functions:
            return False
        for function in functions:
            if function.__code__.co_freevars != code.co_freevars:
                return False
            function.__code__ = code
        if "." not in name:  # its defaults may be what was changed
            made: dict[str, Any] = dict(functions[0].__globals__)
            with suppress(Exception):
                exec(mutant.code, made)
                fresh = made[name]
                fresh = getattr(fresh, "__wrapped__", fresh)
                for function in functions:
                    function.__defaults__, function.__kwdefaults__ = fresh.__defaults__, fresh.__kwdefaults__
        return True

    def _put_constant(self, mutant: Mutant) -> bool:
        module = next(m for m in modules_under("scenes", "engine") if getattr(m, "__file__", "") == str(mutant.path))
        made = dict(vars(module))
        exec(mutant.code, made)
        changed = {
            name for name, value in made.items() if vars(module).get(name) is not value and name != "__builtins__"
        }
        for name in changed:
            old = vars(module)[name]
            for other in modules_under("scenes", "engine", "tests.scenes.states"):
                if vars(other).get(name) is old:
                    setattr(other, name, made[name])
        return bool(changed)

    def judge(self, mutant: Mutant) -> Verdict:
        """Try the mutant, in a process that ends with it."""
        name = (str(mutant.path), mutant.scope[0]) if mutant.scope else None
        concerned = self.states.get(name, set()) if name else set(self.names)
        tests = self.tests.get(name, []) if name else self.items
        if not self.put(mutant):
            return Verdict(False, False, False)
        forget(modules_under("scenes.parts"))
        if name is None or "engine" in mutant.path.parts:
            forget(modules_under("tests.scenes.states"))
        changed = still = False
        for state in sorted(concerned):
            try:
                pixels = shown(state)
            except Exception:
                return Verdict(True, True, True)
            if not np.array_equal(pixels, self.pixels[state]):
                changed = True
                still = still or bool(difference(pixels, kept(state)).max() > LARGEST)
            if still:
                break
        if not changed:
            return Verdict(False, False, False)
        tests = sorted(tests, key=lambda item: item.takes)
        return Verdict(True, still, any(not passes(item) for item in tests))


def codes(code: CodeType) -> Iterator[CodeType]:
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield constant
            yield from codes(constant)


def passes(item: Any) -> bool:
    """Whether a test passes, now and however often it is asked."""
    item._initrequest()
    reports = []
    for when in ("setup", "call"):
        reports.append(call_and_report(item, when, log=False))
        if not reports[-1].passed:
            break
    reports.append(call_and_report(item, "teardown", log=False, nextitem=None))
    return all(report.passed or report.skipped for report in reports)


def judged(laboratory: Laboratory, chosen: list[Mutant], at_once: int) -> Iterator[tuple[Mutant, Verdict]]:
    """Each mutant with what became of it, in processes of their own, some at once."""
    running: list[tuple[int, Any, Mutant]] = []
    waiting = list(reversed(chosen))
    while waiting or running:
        while waiting and len(running) < at_once:
            mutant = waiting.pop()
            reader, writer = os.pipe()
            child = os.fork()
            if not child:
                silently(lambda m=mutant, w=writer: os.write(w, json.dumps(laboratory.judge(m)).encode()))
            os.close(writer)
            running.append((child, os.fdopen(reader), mutant))
        for entry in list(running):
            child, reader, mutant = entry
            ended, _ = os.waitpid(child, os.WNOHANG)
            if ended:
                running.remove(entry)
                with reader:
                    said = reader.read()
                yield mutant, Verdict(*json.loads(said)) if said else Verdict(True, True, True)
        time.sleep(0.005)


def silently(work: Callable[[], Any]) -> None:
    """Do something in a forked process, say nothing, and end it."""
    resource.setrlimit(resource.RLIMIT_CPU, (PATIENCE, PATIENCE))
    null = os.open(os.devnull, os.O_WRONLY)
    os.dup2(null, 1)
    os.dup2(null, 2)
    try:
        work()
    finally:
        os._exit(0)


class Runner:
    """pytest collects the tests; the rest is ours."""

    def __init__(self, options: argparse.Namespace) -> None:
        self.options = options

    def pytest_runtestloop(self, session: Any) -> bool:
        begun = time.perf_counter()
        wanted = tuple(self.options.states or [""])
        laboratory = Laboratory(session.items, [name for name in states.STATES if name.startswith(wanted)])
        print(
            f"{len(session.items)} tests, {len(laboratory.names)} states: {time.perf_counter() - begun:.0f} s",
            flush=True,
        )
        counts: dict[str, Counter[str]] = defaultdict(Counter)
        with suppress(KeyboardInterrupt):
            for mutant, verdict in judged(laboratory, self.chosen(), self.options.processes):
                file = str(mutant.path.relative_to(ROOT))
                count = counts[file]
                count["tried"] += 1
                if verdict.changed:
                    count["changed"] += 1
                    count["claims"] += verdict.claim
                    count["stills"] += verdict.still
                    count["killed"] += verdict.claim or verdict.still
                    state = "killed" if verdict.claim else "still only" if verdict.still else "SURVIVES"
                    print(f"{state:10s}  {file}:{mutant.line}  {mutant.what}", flush=True)
        report(counts)
        return True

    def chosen(self) -> list[Mutant]:
        files = [Path(file).resolve() for file in self.options.files] or [
            file for folder in TARGETS for file in sorted((ROOT / folder).glob("*.py")) if file.name not in LEFT_OUT
        ]
        dice = random.Random(self.options.seed)
        found = [mutant for file in files for mutant in mutants(file) if dice.random() < self.options.share]
        dice.shuffle(found)  # what is known when it is interrupted stands for all
        return found


def report(counts: dict[str, Counter[str]]) -> None:
    total: Counter[str] = sum(counts.values(), Counter())
    print(f"{'':48s} tried  other pixels  killed by claims  by stills  by either")
    for file, c in [*counts.items(), ("all", total)]:
        share = [f"{100 * c[kind] / max(c['changed'], 1):5.1f} %" for kind in ("claims", "stills", "killed")]
        print(f"{file:48s} {c['tried']:5d} {c['changed']:8d}        {share[0]:>12s} {share[1]:>12s} {share[2]:>10s}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("files", nargs="*")
    parser.add_argument("--share", type=float, default=1.0)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--tests", nargs="*", default=["tests/scenes/pictures", "tests/scenes/paint"])
    parser.add_argument("--states", nargs="*")
    options = parser.parse_args()
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    plain = ["-n0", "-s", "-q", "-p", "no:cacheprovider", "-p", "no:faulthandler", "--timeout=0"]
    sys.exit(pytest.main([*plain, *options.tests], plugins=[Runner(options)]))


if __name__ == "__main__":
    main()
