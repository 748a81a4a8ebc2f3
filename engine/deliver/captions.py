"""A scene's words: captions that follow each other, the comments beside its sections, SRT and WebVTT."""

import ast
import io
import re
import tokenize
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import timedelta
from functools import lru_cache
from typing import NamedTuple

import srt

from engine.errors import printable

_TOLD = re.compile(
    r"noqa\b.*|type:\s*ignore\b.*|nosec\b.*|nopep8\b.*|skipcq\b.*|!.*|-\*-.*|%%.*"
    r"|(?:pyright|mypy|pytype|pyre|ruff|flake8|pylint|isort|fmt|yapf|black|autopep8|pragma|noinspection|cspell"
    r"|codespell|spell-?checker|sourcery|sonar|lint|todo|fixme|xxx|hack)\b\s*(?:[:(\[=-].*)?",
    re.IGNORECASE,
)
"""A comment that speaks to a tool or to the author, not to an audience."""


class Line(NamedTuple):
    """Words on the screen or in the notes, from `start` to `end` in seconds of the clip."""

    start: float
    end: float
    text: str


def disjoint(lines: Iterable[Line], end: float) -> list[Line]:
    """The same words, never two captions at a time: what is said at once stands in one, none outlasts `end`."""
    said = [Line(max(line.start, 0.0), min(line.end, end), line.text.strip()) for line in lines]
    said = [line for line in said if line.end - line.start > 1e-6 and line.text]
    cuts = sorted({time for line in said for time in (line.start, line.end)})
    apart: list[Line] = []
    for start, stop in zip(cuts, cuts[1:]):
        if stop - start < 1e-6:
            continue
        texts = dict.fromkeys(line.text for line in said if line.start <= start + 1e-6 and line.end >= stop - 1e-6)
        text = "\n".join(texts)
        if apart and apart[-1].text == text and apart[-1].end == start and not _anew(said, start):
            apart[-1] = apart[-1]._replace(end=stop)
        elif text:
            apart.append(Line(start, stop, text))
    return apart


def _anew(said: Sequence[Line], time: float) -> bool:
    """Whether something begins to be said at this time."""
    return any(line.start == time for line in said)


@lru_cache(maxsize=16)
def comments(source: str) -> dict[int, str]:
    """What comments say to an audience, by their line; what they say to linters is left out."""
    said: dict[int, str] = {}
    try:
        for token in tokenize.generate_tokens(io.StringIO(source).readline):
            if token.type == tokenize.COMMENT:
                parts = (part.strip() for part in re.split(r"#+", token.string))
                words = [part for part in parts if part and not _TOLD.fullmatch(part)]
                if words:
                    said[token.start[0]] = _sentence(" ".join(words))
    except (tokenize.TokenError, SyntaxError):
        return {}
    return said


def comment_beside(source: str, first: int, last: int) -> str:
    """The comment beside a call that stands on lines `first` to `last` of a source: that of its last line first."""
    said = comments(source)
    return next((said[line] for line in range(last, first - 1, -1) if line in said), "")


def beats(source: str) -> dict[str, str]:
    """The comment beside each `next_section("name")` of a source, where no other call has that name."""
    found: dict[str, str] = {}
    names: Counter[str] = Counter()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "next_section":
            given = [*node.args[:1], *(keyword.value for keyword in node.keywords if keyword.arg == "name")]
            if given and isinstance(given[0], ast.Constant) and isinstance(given[0].value, str):
                names[given[0].value] += 1
                found[given[0].value] = comment_beside(source, node.lineno, node.end_lineno or node.lineno)
    return {name: said for name, said in found.items() if said and names[name] == 1}


def _sentence(text: str) -> str:
    return text[0].upper() + text[1:] + ("" if text[-1] in ".!?…:。！？।؟" else ".")


def as_srt(words: Iterable[Line]) -> str:
    """SubRip captions."""
    captions = (
        srt.Subtitle(number, timedelta(seconds=line.start), timedelta(seconds=line.end), line.text)
        for number, line in enumerate(_spoken(words), 1)
    )
    return srt.compose(captions)


def as_vtt(words: Iterable[Line]) -> str:
    """WebVTT captions."""
    cues = (f"{_vtt_time(line.start)} --> {_vtt_time(line.end)}\n{_escaped(line.text)}\n" for line in _spoken(words))
    return "\n".join(["WEBVTT\n", *cues])


_TIMED = re.compile(r"\n(?=\d+(?:\n|$)|\d+[:.,]\d+[:.,]\d+)")
"""Before a line that players might take for a caption's number or times."""


def _spoken(words: Iterable[Line]) -> Iterator[Line]:
    """Words as text and nothing else: an empty line or an arrow in them would begin another caption."""
    for line in words:
        text = "\n".join(part for said in line.text.splitlines() if (part := printable(said).strip()))
        if text:
            yield line._replace(text=_TIMED.sub(" ", text.replace("-->", "→")))


def _vtt_time(seconds: float) -> str:
    milliseconds = round(1000 * seconds)
    minutes, milliseconds = divmod(milliseconds, 60_000)
    hours, minutes = divmod(minutes, 60)
    return f"{hours:02}:{minutes:02}:{milliseconds // 1000:02}.{milliseconds % 1000:03}"


def _escaped(text: str) -> str:
    """One cue's text: an empty line would end it."""
    lines = (line for line in text.splitlines() if line.strip())
    return "\n".join(lines).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
