"""About how long a scene will be, read from its file before anything is played: nothing of it is executed."""

import ast
import inspect
import textwrap
from collections.abc import Mapping, Sequence
from typing import Any

from manim import Scene

PLAY, WAIT = 1.0, 1.0
"""Seconds that Manim takes where nobody says otherwise."""
GUESS = 3
"""How often a loop is gone through whose end cannot be read."""
_ONCE = {"play": PLAY, "wait": WAIT, "pause": WAIT, "wait_until": 60.0}


def about(scene: type) -> float:
    """Seconds that a scene's `construct` plays and waits, as its lines say; 0 if too much of them cannot be read."""
    try:
        reading = _Reading(scene)
        seconds = reading.method("construct")
    except Exception:  # whatever somebody's lines hold: an estimate ends no render
        return 0.0
    return seconds if reading.guessed < 0.2 * seconds else 0.0


class _Reading:
    """The lines of one scene's methods."""

    def __init__(self, scene: type) -> None:
        self._scene = scene
        self._known: dict[str, Any] = {}
        """The names of the file that is being read."""
        self.guessed = 0.0
        """Seconds of loops and choices that depend on what the scene computes."""
        self._within: list[str] = []
        self._given: dict[str, Any] = {}
        """What the method being read was called with, as far as that can be read."""

    def method(self, name: str, call: ast.Call | None = None) -> float:
        """Seconds of a method of the scene, or of a function beside it; 0 for others', and within itself."""
        found = getattr(self._scene, name, None) or vars(inspect.getmodule(self._scene)).get(name)
        if name in self._within or not inspect.isfunction(found) or name in vars(Scene).keys() - {"construct"}:
            return 0.0
        (function,) = ast.parse(textwrap.dedent(inspect.getsource(found))).body
        if not isinstance(function, ast.FunctionDef):
            return 0.0  # written as a lambda, say
        outside = self._given, self._known
        self._given, self._known = self._bound(found, call) if call else {}, found.__globals__
        self._within.append(name)
        seconds = self._lines(function.body)
        self._within.pop()
        self._given, self._known = outside
        return seconds

    def _bound(self, found: Any, call: ast.Call) -> dict[str, Any]:
        taken = inspect.signature(found).parameters
        first = isinstance(call.func, ast.Attribute)  # self is not among the arguments
        values = {name: one.default for name, one in taken.items() if one.default is not inspect.Parameter.empty}
        values |= {name: self._value(node) for name, node in zip([*taken][first:], call.args)}
        return values | {key.arg: self._value(key.value) for key in call.keywords if key.arg}

    def _lines(self, lines: Sequence[ast.AST]) -> float:
        return sum(self._line(line) for line in lines)

    def _line(self, line: ast.AST) -> float:
        match line:
            case ast.For():
                body, count = self._lines(line.body), self._count(line.iter)
                self.guessed += 0 if count else GUESS * body
                return (count or GUESS) * body
            case ast.If() | ast.IfExp():
                return self._chosen(line)
            case ast.While():
                seconds = self._lines(line.body)
                self.guessed += GUESS * seconds
                return GUESS * seconds
            case ast.FunctionDef() | ast.Lambda():
                return 0.0  # counted where it is called, if it is a method
            case ast.Call(func=ast.Attribute(value=ast.Name(), attr=name)) if name in _ONCE:
                return self._played(line, name)
            case ast.Call(func=ast.Attribute(value=ast.Name(id="self"), attr=name) | ast.Name(id=name)):
                return self.method(name, line) + self._lines([*line.args, *line.keywords])
            case _:
                return self._lines([*ast.iter_child_nodes(line)])

    def _chosen(self, line: ast.If | ast.IfExp) -> float:
        both = [self._lines(part if isinstance(part, list) else [part]) for part in (line.body, line.orelse)]
        if (value := self._value(line.test)) is not None:
            return both[not value]
        self.guessed += max(both) - min(both)
        return max(both)

    def _played(self, call: ast.Call, name: str) -> float:
        if name != "play":
            given = [*call.args[:1], *(k.value for k in call.keywords if k.arg in ("duration", "max_time"))]
            return float(self._number(given[0], _ONCE[name])) if given else _ONCE[name]
        times = [
            k.value
            for part in ast.walk(call)
            if isinstance(part, ast.Call)
            for k in part.keywords
            if k.arg == "run_time"
        ]
        return max((float(self._number(time, PLAY)) for time in times), default=PLAY)

    def _number(self, node: ast.AST, otherwise: float) -> float:
        value = self._value(node)
        return value if isinstance(value, int | float) else otherwise

    def _value(self, node: ast.AST) -> Any:
        """What an expression of literals and the file's own names is worth; None if that takes more than reading."""
        match node:
            case ast.Name(id=name):
                return self._given.get(name, self._known.get(name))
            case ast.Attribute(value=ast.Name(id="self"), attr=name):
                return getattr(self._scene, name, None)
            case ast.Compare(left=left, ops=[ast.Gt()], comparators=[right]):
                one, other = self._value(left), self._value(right)
                return one > other if isinstance(one, int | float) and isinstance(other, int | float) else None
            case ast.BinOp(left=left, op=op, right=right):
                one, other = self._value(left), self._value(right)
                if not (isinstance(one, int | float) and isinstance(other, int | float)):
                    return None
                match op:
                    case ast.Add():
                        return one + other
                    case ast.Sub():
                        return one - other
                    case ast.Mult():
                        return one * other
                    case ast.Div():
                        return one / other if other else None
                return None
            case _:
                try:
                    return ast.literal_eval(node)
                except ValueError:
                    return None

    def _count(self, node: ast.AST) -> int | None:
        """How often a loop over it is gone through; None where that is not to be read."""
        match node:
            case ast.Tuple(elts=elements) | ast.List(elts=elements):
                return len(elements)
            case ast.Call(func=ast.Name(id="range"), args=ends):
                values = [self._value(end) for end in ends]
                return len(range(*values)) if all(isinstance(value, int) for value in values) else None
            case ast.Call(func=ast.Name(id="enumerate" | "zip" | "reversed" | "sorted" | "list"), args=parts) if parts:
                return min((count for part in parts if (count := self._count(part)) is not None), default=None)
            case ast.Call(func=ast.Attribute(value=held, attr="items" | "keys" | "values"), args=[]):
                return self._count(held)
        value = self._value(node)
        return len(value) if isinstance(value, Sequence | Mapping) else None
