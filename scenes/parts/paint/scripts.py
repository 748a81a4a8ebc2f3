"""Text in any script: which font has its letters, in which order it is read."""

import os
import sys
import unicodedata
from collections.abc import Iterator
from functools import cache, lru_cache
from itertools import groupby
from pathlib import Path
from typing import Any, NamedTuple

from engine import UnspiralError

JOINER, VARIATIONS = "\u200d", "\ufe0e\ufe0f"
EMOJI = "\ufe0f"
"""After a sign that could be a letter too: it is meant as an emoji."""
EMOJIS = 0x1F000
"""From here on there are few other signs."""
TONES = range(0x1F3FB, 0x1F400)
"""Of skin: they colour the emoji before them."""
COLOURED = 1 << 14
"""FreeType's flag of fonts with colours."""


class Face(NamedTuple):
    """A font in a file."""

    path: Path
    number: int = 0
    """Which font of a collection."""
    coloured: bool = False
    """Whether its letters have colours of their own, as emoji have."""
    strike: int = 0
    """Pixels: the only size of a font of bitmaps; 0 where there is any size."""
    plain: bool = False
    """Whether letters are set one after the other, as those of a theme's own fonts are."""


class Run(NamedTuple):
    """A part of a line that one font sets in one direction."""

    text: str
    face: Face
    backwards: bool = False
    """Whether it is read from right to left."""


@lru_cache(maxsize=4096)
def runs(text: str, font: Path, fallback: tuple[Path, ...] = ()) -> tuple[Run, ...]:
    """The parts of a line from left to right. What `font` lacks comes from `fallback`, else from the system's fonts.

    UnspiralError names letters that no font here has.
    """
    if text.isascii():
        return (Run(text, Face(font, plain=True)),) if text.isprintable() else runs(_shown(text), font, fallback)
    text = _shown(text)
    levels = _levels(text)
    faces = _faces(text, font, fallback)
    parts = []
    for (face, level), places in groupby(range(len(text)), key=lambda k: (faces[k], levels[k])):
        letters = (text[k] for k in places if face.coloured or text[k] not in VARIATIONS)
        parts.append((Run("".join(letters), face, bool(level % 2)), level))
    return tuple(run for run, _ in _ordered(parts))


def _shown(text: str) -> str:
    """The text without what steers a terminal or turns the order of letters; unknown characters as �."""
    kept = []
    for letter in text:
        kind = unicodedata.category(letter)
        if letter in (JOINER, "\u200c", *VARIATIONS) or kind[0] != "C":
            kept.append(letter if kind != "Zl" and kind != "Zp" else " ")
        elif kind in ("Co", "Cn", "Cs"):
            kept.append("\N{REPLACEMENT CHARACTER}")
        elif kind == "Cc":
            kept.append(" ")
    return "".join(kept)


def _levels(text: str) -> list[int]:
    """Each character's level in the Unicode bidirectional algorithm: odd ones are read from right to left."""
    if not any(unicodedata.bidirectional(letter) in ("R", "AL", "AN") for letter in text):
        return [0] * len(text)
    from bidi import algorithm  # few lines need it

    storage = algorithm.get_empty_storage()
    storage["base_level"] = algorithm.get_base_level(text)
    storage["base_dir"] = ("L", "R")[storage["base_level"]]
    algorithm.get_embedding_levels(text, storage)
    algorithm.explicit_embed_and_overrides(storage)
    algorithm.resolve_weak_types(storage)
    algorithm.resolve_neutral_types(storage, False)
    algorithm.resolve_implicit_levels(storage, False)
    return [int(each["level"]) for each in storage["chars"]]


def _ordered(parts: list[tuple[Run, int]]) -> list[tuple[Run, int]]:
    """From left to right: what is of a level or more is turned round, from the highest level down (rule L2)."""
    for level in range(max((level for _, level in parts), default=0), 0, -1):
        turned: list[tuple[Run, int]] = []
        for inside, group in groupby(parts, key=lambda part: part[1] >= level):
            held = [*group]
            turned += held[::-1] if inside else held
        parts = turned
    return parts


def _faces(text: str, font: Path, fallback: tuple[Path, ...]) -> list[Face]:
    """The font of each character. Marks and joined emoji stay with the letter that they belong to."""
    own = Face(font, plain=True)
    faces: list[Face] = []
    missing: list[str] = []
    for cluster in _clusters(text):
        between = cluster.isspace() or unicodedata.bidirectional(cluster[0]) in ("WS", "ON", "ES", "CS", "EN", "AN")
        if between and faces and faces[-1] != own and not faces[-1].coloured and has(faces[-1], cluster):
            face: Face | None = faces[-1]  # a space or sign within a foreign word
        else:
            able = (other for other in _others(cluster, fallback) if has(other, cluster))
            coloured = next((other for other in able if other.coloured), None) if EMOJI in cluster else None
            face = coloured or (own if has(own, cluster) else None)
            face = face or next((other for other in _others(cluster, fallback) if has(other, cluster)), None)
        if face is None:
            missing.append(cluster)
        faces += [face or own] * len(cluster)
    if missing:
        raise UnspiralError(
            f"no font of this computer has {''.join(dict.fromkeys(missing))[:12]!r}: install one for "
            f'{_kind(missing[0])} (Noto has all), or name its file in the theme: fallback = ["font.ttf"]'
        )
    return faces


def _kind(cluster: str) -> str:
    """The script of a letter: the word with which its Unicode name begins."""
    if ord(cluster[0]) >= EMOJIS or EMOJI in cluster:
        return "emoji"
    name = unicodedata.name(cluster[0], "such letters").split()[0]
    return name if name == "CJK" else name.title()


def _clusters(text: str) -> Iterator[str]:
    """Letters with their marks; emoji with what is joined to them."""
    cluster = ""
    for letter in text:
        belongs = unicodedata.category(letter)[0] == "M" or letter in (JOINER, *VARIATIONS) or ord(letter) in TONES
        flag = len(cluster) == 1 and _flag(letter) and _flag(cluster)
        if cluster and not (belongs or flag or cluster[-1] == JOINER):
            yield cluster
            cluster = ""
        cluster += letter
    if cluster:
        yield cluster


def _flag(letter: str) -> bool:
    return 0x1F1E6 <= ord(letter) <= 0x1F1FF


@lru_cache(maxsize=4096)
def has(face: Face, cluster: str) -> bool:
    """Whether a font has all letters of a cluster."""
    opened = _opened(face)
    return opened is not None and all(
        opened.get_char_index(letter) for letter in cluster if letter not in (JOINER, "\u200c", *VARIATIONS)
    )


@lru_cache(maxsize=512)
def _opened(face: Face) -> Any:
    """The font as FreeType has it; None if it is none."""
    import freetype

    try:
        return freetype.Face(str(face.path), face.number)
    except freetype.FT_Exception:
        return None


def _others(cluster: str, fallback: tuple[Path, ...]) -> Iterator[Face]:
    """All other fonts, the likeliest for this letter first."""
    yield from (face for path in fallback for face in _in_file(path))
    kind = _kind(cluster).lower()
    emoji = kind == "emoji"

    def strange(path: Path) -> tuple[bool, bool, bool, bool, str]:
        name = path.name.lower()
        styled = any(
            word in name for word in ("bold", "italic", "oblique", "mono", "condensed", "light", "thin", "black")
        )
        return ("emoji" in name) != emoji, kind not in name, styled, "sans" not in name, name

    for path in sorted(_installed(), key=strange):
        yield from _in_file(path)


@cache
def _in_file(path: Path) -> tuple[Face, ...]:
    """The fonts of a file; those of bitmaps at their largest size."""
    first = _opened(Face(path))
    if first is None:
        return ()
    faces = []
    for index in range(first.num_faces):
        opened = _opened(Face(path, index))
        if opened is not None:
            coloured = bool(opened.face_flags & COLOURED)
            sizes = [size.y_ppem // 64 for size in opened.available_sizes or ()]
            strike = max(sizes, default=0) if coloured or not opened.is_scalable else 0
            faces.append(Face(path, index, coloured, strike))
    return tuple(faces)


@cache
def _installed() -> tuple[Path, ...]:
    """The files of all fonts that are installed."""
    home = Path.home()
    if sys.platform == "win32":
        folders = [Path(os.environ.get("WINDIR", "C:/Windows")) / "Fonts"]
        folders.append(Path(os.environ.get("LOCALAPPDATA", home)) / "Microsoft/Windows/Fonts")
    elif sys.platform == "darwin":
        folders = [Path("/System/Library/Fonts"), Path("/Library/Fonts"), home / "Library/Fonts"]
    else:
        data = os.environ.get("XDG_DATA_DIRS", "/usr/local/share:/usr/share").split(":")
        own = os.environ.get("XDG_DATA_HOME") or home / ".local/share"
        folders = [*(Path(folder) / "fonts" for folder in (*data, own) if folder), home / ".fonts"]
    found = (path for folder in folders if folder.is_dir() for path in folder.rglob("*"))
    return tuple(path for path in found if path.suffix.lower() in (".ttf", ".otf", ".ttc", ".otc"))
