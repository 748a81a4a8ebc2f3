"""Mutants of a source file: one sign, order, unit, index, colour, number or word changed at a time."""

import ast
import copy
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from types import CodeType

NEIGHBOURS = (
    ("left", "right"), ("top", "bottom"), ("width", "height"), ("x", "y"), ("low", "high"), ("tail", "tip"),
    ("before", "after"), ("begin", "end"), ("sources", "targets"), ("source", "target"), ("first", "last"),
    ("names", "texts"), ("name", "text"), ("across", "up"), ("along", "across"), ("rows", "columns"), ("ex", "ey"),
    ("fx", "fy"), ("px", "py"), ("row", "column"), ("azimuth", "elevation"), ("scores", "probabilities"),
    ("right", "wrong"), ("near", "far"), ("forward", "backward"), ("values", "signals"), ("weights", "slopes"),
    ("loss", "first_loss"), ("cut", "round"), ("ghost", "arrows_shown"), ("labels", "answers"), ("inside", "outside"),
    ("colours", "names"), ("steps", "losses"), ("accuracy", "loss"), ("points", "class_vectors"), ("one", "other"),
)  # fmt: skip
COLOURS = {"ink": "quiet", "quiet": "ink", "rim": "ink", "ground": "quiet", "gradient": "ink"}
CALLS = {
    "cos": "sin", "sin": "cos", "min": "max", "max": "min", "argmax": "argmin", "argmin": "argmax", "floor": "ceil",
    "ceil": "floor", "class_colours": "region_colours", "region_colours": "class_colours", "any": "all", "all": "any",
    "degrees": "float", "radians": "float", "move_to": "line_to", "fill": "stroke", "stroke": "fill",
}  # fmt: skip
OPERATORS = {ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.Div, ast.Div: ast.Mult, ast.FloorDiv: ast.Mult,
             ast.Mod: ast.FloorDiv, ast.Pow: ast.Mult}  # fmt: skip
COMPARISONS = {
    ast.Lt: (ast.Gt, ast.LtE), ast.Gt: (ast.Lt, ast.GtE), ast.LtE: (ast.Gt, ast.Lt), ast.GtE: (ast.Lt, ast.Gt),
    ast.Eq: (ast.NotEq,), ast.NotEq: (ast.Eq,), ast.In: (ast.NotIn,), ast.NotIn: (ast.In,),
}  # fmt: skip


@dataclass(frozen=True)
class Mutant:
    """One change to one file."""

    path: Path
    line: int
    what: str
    scope: tuple[str, int] | None
    """Outermost function's qualified name and first line, or none: a module's own statement."""
    code: CodeType
    """The module's changed statement, compiled: its functions have the lines that they had."""


def swapped_names() -> dict[str, list[str]]:
    """Names, and what each might be mistaken for."""
    found: dict[str, list[str]] = {}
    for a, b in NEIGHBOURS:
        found.setdefault(a, []).append(b)
        found.setdefault(b, []).append(a)
    return found


SWAPPED = swapped_names()


def _changes(node: ast.AST, known: set[str]) -> Iterator[tuple[str, ast.AST]]:
    """What a node may be changed to, each with a word for it. Only a copy of the node is changed."""
    new: ast.AST
    match node:
        case ast.BinOp(left=left, op=op, right=right):
            if type(op) in OPERATORS:
                new = copy.copy(node)
                new.op = OPERATORS[type(op)]()
                yield "operator", new
            if isinstance(op, ast.Sub | ast.Div | ast.MatMult):
                yield "order of operands", ast.BinOp(right, op, left)
            if isinstance(op, ast.Sub) and isinstance(left, ast.Constant) and left.value == 1:
                yield "complement", right
        case ast.UnaryOp(op=ast.USub() | ast.Not() | ast.Invert(), operand=operand):
            yield "sign", operand
        case ast.BoolOp(op=op, values=values):
            yield "and, or", ast.BoolOp(ast.Or() if isinstance(op, ast.And) else ast.And(), values)
        case ast.IfExp(test=test, body=body, orelse=orelse):
            yield "alternatives", ast.IfExp(test, orelse, body)
        case ast.Compare(ops=[op, *rest]) if type(op) in COMPARISONS:
            for other in COMPARISONS[type(op)]:
                new = copy.copy(node)
                new.ops = [other(), *rest]
                yield "comparison", new
        case ast.Constant(value=bool() as value):
            yield "truth", ast.Constant(not value)
        case ast.Constant(value=int() as value):
            yield "number", ast.Constant(value + 1 if abs(value) <= 12 else round(1.25 * value))
            if abs(value) == 1:
                yield "number", ast.Constant(0)
        case ast.Constant(value=float() as value):
            yield "number", ast.Constant(1.25 * value if value else 1.0)
        case ast.Constant(value=str() as value) if value:
            yield "words", ast.Constant(_other(value))
        case ast.Name(id=name, ctx=ast.Load()):
            for other in SWAPPED.get(name, ()):
                if other in known:
                    yield "neighbour", ast.Name(other, ast.Load())
            if name in COLOURS and COLOURS[name] in known:
                yield "colour", ast.Name(COLOURS[name], ast.Load())
        case ast.Attribute(value=value, attr=name, ctx=ast.Load()):
            for other in (*SWAPPED.get(name, ()), *([COLOURS[name]] if name in COLOURS else ())):
                yield "neighbour", ast.Attribute(value, other, ast.Load())
            if name in CALLS:
                yield "function", ast.Attribute(value, CALLS[name], ast.Load())
        case ast.Subscript(value=value, slice=index, ctx=ast.Load()) if not isinstance(index, ast.Tuple | ast.Slice):
            if isinstance(index, ast.Name | ast.BinOp):
                yield (
                    "neighbouring index",
                    ast.Subscript(value, ast.BinOp(index, ast.Sub(), ast.Constant(1)), ast.Load()),
                )
        case ast.Call(func=called, args=args, keywords=keywords):
            if len(args) > 1 and not any(isinstance(arg, ast.Starred) for arg in args[:3]):
                for i in range(min(len(args) - 1, 4)):
                    other = [*args[:i], args[i + 1], args[i], *args[i + 2 :]]
                    yield "order of arguments", ast.Call(called, other, keywords)
            for i, keyword in enumerate(keywords):
                if keyword.arg in ("anchor", "alpha", "font", "chosen", "shown", "square", "halo", "hollow"):
                    yield f"without {keyword.arg}", ast.Call(called, args, keywords[:i] + keywords[i + 1 :])
        case ast.Expr(value=ast.Call()):
            yield "left out", ast.Pass()
        case ast.For(iter=over):
            new = copy.copy(node)
            reversed_ = ast.Subscript(
                ast.Call(ast.Name("list", ast.Load()), [over], []),
                ast.Slice(step=ast.UnaryOp(ast.USub(), ast.Constant(1))), ast.Load(),
            )  # fmt: skip
            new.iter = reversed_
            yield "order of a loop", new


def _other(value: str) -> str:
    """Another format where this is one, else other words."""
    formats = {".0f": ".1f", ".1f": ".2f", ".2f": ".1f", ".3f": ".2f", "g": ".3f", ",": "d"}
    return formats.get(value, value + "'")


def mutants(path: Path) -> Iterator[Mutant]:
    """All mutants of a file, in the order of its lines; docstrings, annotations, imports and errors stay."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    for statement in tree.body:
        yield from _of_statement(path, statement)


def _of_statement(path: Path, statement: ast.stmt) -> Iterator[Mutant]:
    for function, scope in _scopes(statement):
        known = {n.id for n in ast.walk(function) if isinstance(n, ast.Name)} | {
            n.arg for n in ast.walk(function) if isinstance(n, ast.arg)
        }
        for put, node in _places(function):
            for what, new in _changes(node, known):
                put(ast.fix_missing_locations(ast.copy_location(new, node)))
                try:
                    code = compile(ast.Module([statement], []), str(path), "exec")
                finally:
                    put(node)
                text = f"{what}: {_short(node)} → {_short(new)}"
                yield Mutant(path, getattr(node, "lineno", 0), text, scope, code)


def _short(node: ast.AST) -> str:
    text = " ".join(ast.unparse(node).split())
    return text if len(text) <= 60 else text[:59] + "…"


def _scopes(statement: ast.stmt) -> Iterator[tuple[ast.AST, tuple[str, int] | None]]:
    """A statement's functions and methods with their names; an assignment as it is."""
    match statement:
        case ast.FunctionDef(name=name):
            yield statement, (name, _first_line(statement))
        case ast.ClassDef(name=name, body=body):
            for inner in body:
                if isinstance(inner, ast.FunctionDef):
                    yield inner, (f"{name}.{inner.name}", _first_line(inner))
        case ast.Assign():
            yield statement, None


def _first_line(function: ast.FunctionDef) -> int:
    return min([function.lineno, *(d.lineno for d in function.decorator_list)])


def _places(function: ast.AST) -> Iterator[tuple[Callable[[ast.AST], None], ast.AST]]:
    """Every node that may change, with what puts another in its place."""
    for name, value in ast.iter_fields(function):
        if name in ("annotation", "returns", "decorator_list", "type_params", "targets", "type_comment"):
            continue
        if isinstance(value, list):
            for i, item in enumerate(value):
                if not isinstance(item, ast.AST) or _is_docstring(item) or isinstance(item, ast.Raise | ast.Assert):
                    continue
                yield lambda new, i=i, value=value: value.__setitem__(i, new), item
                yield from _places(item)
        elif isinstance(value, ast.AST):
            yield lambda new, name=name: setattr(function, name, new), value
            yield from _places(value)


def _is_docstring(node: ast.AST) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
