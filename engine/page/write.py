"""A page: one HTML file with everything in it, that asks nothing of any network."""

import base64
import hashlib
import html
import json
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from engine.files.making import write_whole
from engine.page.beats import Beat
from engine.page.codec import Blob
from engine.page.letters import faces, others
from engine.page.look import BASIC, font, palettes
from engine.page.pack import classes_of, packed
from engine.page.shaders import WEB
from engine.runs.run import Run

MODULES = (
    *("numbers", "kinds", "decode", "between", "network", "lines", "recorded", "run", "regions", "place", "drawing"),
    *("gl", "shaders", "painter", "painter2d", "overlay", "panel", "state", "track", "probe", "ways", "sheets"),
    *("asleep", "print", "controls", "main"),
)
"""The scripts, each after those that it imports."""


class Page(NamedTuple):
    """A page, as text."""

    text: str
    error: float
    """Pixels of a view 1,080 high by which a point may be off at most."""
    snapshots: int
    """Kept of the first run; 0 if it has no plane."""
    left_out: tuple[str, ...] = ()
    """Series that are not shown."""
    unfinished: tuple[str, ...] = ()
    """Why a run is shown in part."""

    def save(self, path: str | Path) -> None:
        """Write it, whole or not at all."""
        write_page(self, Path(path), force=True)

    def _repr_html_(self) -> str:
        """What a notebook shows: the page in a frame of its own, which reaches nothing around it."""
        inside = html.escape(self.text, quote=True)
        return (
            f'<iframe sandbox="allow-scripts" title="A training to touch" srcdoc="{inside}" '
            'style="width:100%;height:640px;border:0" loading="lazy"></iframe>'
        )


def page(
    runs: Sequence[tuple[str, Run]],
    title: str = "",
    theme: str = "",
    beats: Sequence[Beat] = (),
    names: Sequence[str] = (),
) -> Page:
    """The page of some named runs, with `beats` as named stops. UnspiralError for a run that a page cannot show.

    `names` are those of classes that no run has names for.
    It is dark or light as its reader's system is, unless a `theme` is given: one of `THEMES` or a TOML file.
    """
    themes = ("dark", "light") if theme in ("", "dark", "light") else (theme,)
    blob = Blob()
    shown, errors = zip(*(plane for name, run in runs for plane in packed(run, name, blob)))
    for run in shown:
        run["classNames"] = run["classNames"] or list(names)
    looks = palettes(themes, classes_of(shown, blob))
    title = title.strip() or ", ".join(name for name, _ in runs if name.strip()) or "A training"
    letters = frozenset(json.dumps([title, shown, looks, [*beats]], ensure_ascii=False)) - set(BASIC)
    fonts = {weight: font(Path(looks[0][weight]), letters) for weight in ("text", "strong")}
    text = "\n".join(sorted(_texts([title, shown, looks, [*beats]])))
    other = faces(others(Path(looks[0]["text"]), themes[0], text).fonts, "Source Sans 3", (400, 600))
    looks = [{name: value for name, value in look.items() if name not in fonts} for look in looks]
    stops = [{"name": beat.name, "epoch": beat.epoch} for beat in sorted(beats, key=lambda beat: beat.epoch)]
    about = {"title": title, "runs": shown, "looks": looks, "beats": stops, "theme": theme or "auto"}
    left_out = tuple(name for run in shown for name in run.get("leftOut", ()))
    unfinished = tuple(f"{run['of']}: {run['unfinished']}" for run in shown if run.get("unfinished"))
    snapshots = 0 if shown[0].get("planeless") else len(shown[0]["epochs"])
    return Page(_filled(title, blob.packed(about), fonts, other), max(errors), snapshots, left_out, unfinished)


def write_page(made: Page, output: Path, force: bool = False) -> None:
    """Write the page, whole or not at all."""
    write_whole(output, lambda path: path.write_text(made.text, encoding="utf-8"), force)


def _texts(value: Any) -> Iterator[str]:
    """Every text in what a page is told."""
    match value:
        case str():
            yield value
        case dict():
            yield from _texts([*value, *value.values()])
        case list() | tuple():
            for each in value:
                yield from _texts(each)


def _filled(title: str, content: bytes, fonts: dict[str, str], others: str) -> str:
    """The template with its parts. What comes from a run is deflated or escaped: none of it can become markup."""
    rules = [
        f'@font-face{{font-family:"Source Sans 3";font-weight:{weight};src:url("data:font/woff;base64,{fonts[name]}")}}'
        for weight, name in ((400, "text"), (600, "strong"))
    ]
    style = "".join(rules) + others + (WEB / "page.css").read_text(encoding="utf-8")
    script = bundled()
    filled = {
        "title": html.escape(title),
        "style": style,
        "script": script,
        "policy": f"default-src 'none'; script-src {_hash(script)}; style-src {_hash(style)}; font-src data:; "
        "base-uri 'none'; form-action 'none'",
        "content": base64.b64encode(content).decode(),
    }
    pieces = re.split(r"\{\{(\w+)\}\}", (WEB / "page.html").read_text(encoding="utf-8"))
    return "".join(filled[piece] if number % 2 else piece for number, piece in enumerate(pieces))


def _hash(text: str) -> str:
    """What a content security policy knows an inline script or style by."""
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


_IMPORT = re.compile(r'^import \{([^}]*)\} from "\./(\w+)\.js";$', re.MULTILINE)
_REMARK = re.compile(r"/\*\*.*?\*/ ?|^ *//[^\n]*\n", re.DOTALL | re.MULTILINE)
_EXPORT = re.compile(r"^export (?=(?:async )?(?:function|const|class) (\w+))", re.MULTILINE)


def bundled() -> str:
    """The modules as one script: each a function that returns what it exports. Shaders stand in it as texts.

    Types, remarks and indentation, which are two fifths of it, stay behind.
    """
    shaders = {path.stem: _REMARK.sub("", path.read_text(encoding="utf-8")) for path in sorted(WEB.glob("*.glsl"))}
    parts = ['"use strict";', f"const GLSL = {json.dumps(shaders)};"]
    for name in MODULES:
        text = (WEB / f"{name}.js").read_text(encoding="utf-8")
        exported = [match[1] for match in _EXPORT.finditer(text)]
        text = _REMARK.sub("", text)
        text = _IMPORT.sub(lambda match: f"const {{{match[1].replace(' as ', ': ')}}} = in_{match[2]};", text)
        text = re.sub(r"\n\s+", "\n", _EXPORT.sub("", text))
        parts.append(f"const in_{name} = (() => {{\n{text}\nreturn {{ {', '.join(exported)} }};\n}})();")
    return "\n".join(parts)


def about_of(text: str) -> dict[str, Any]:
    """What a page says of itself: its runs and looks, as the browser will read them."""
    import zlib

    found = re.search(r'id="content">([^<]*)<', text)
    assert found is not None
    content = zlib.decompress(base64.b64decode(found[1]))
    return json.loads(content[4 : 4 + int.from_bytes(content[:4], "little")])
