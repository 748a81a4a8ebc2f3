"""Which encoder a clip's frames go to: x264, or one in hardware that a trial has shown to serve as well, and faster.

What decides is Manim's `--video-codec` (`codec` in a manim.cfg), and where that says nothing, UNSPIRAL_ENCODER:
"auto", "software", or an encoder of `ENCODERS`. By itself hardware is used, as it has to pass every check that x264 is
held to; a machine that has none is asked nothing. Verdicts are kept in the user's cache, a trial each.
"""

import json
import os
import subprocess
import sys
import time
from collections.abc import Mapping
from contextlib import suppress
from glob import glob
from pathlib import Path
from socket import gethostname
from traceback import walk_tb
from typing import Any, NamedTuple

import av
from av.codec import codecs_available
from manim import config
from platformdirs import user_cache_path

from engine import UnspiralError
from engine.files.making import write_whole
from engine.render.child import run_module
from scenes.parts.stage import hardware
from scenes.parts.stage.hardware import Encoder, LostError
from scenes.parts.stage.settings import ENCODER

SETTING = "UNSPIRAL_ENCODER"
TRIAL = "scenes.parts.stage.trial"
"""What tries an encoder, in a process of its own: drivers may crash, or never answer."""
PATIENCE = 60
"""Seconds after which an encoder that is tried counts as not answering."""
DAY = 86400.0
LASTS, AGAIN = 30 * DAY, DAY
"""Seconds that a verdict holds, drivers being renewed; and that an encoder is left alone that failed in a clip."""


class Chosen(NamedTuple):
    """An encoder that is to be used, and what is to be said of it."""

    codec: str = ""
    """Empty: software."""
    pixels: str = ""
    options: Mapping[str, str] = {}
    remark: str = ""


_BROUGHT: dict[str, str] = {}
"""The options that this process has brought for an encoder in hardware, if any."""


def choose_encoder() -> str:
    """Put it into Manim's settings, if it is in hardware; what is to be said of it, if anything."""
    codec, options = config.video_codec or "auto", dict(config.video_encoder_options or {})
    movie = config.format in ("auto", "mp4", "mov", "gif") and not config.transparent and not config.dry_run
    remark = ""
    if movie and options in ({}, ENCODER, _BROUGHT) and (codec == "auto" or hardware.named(codec)):
        size = config.pixel_width, config.pixel_height, config.frame_rate
        found = chosen(codec, *size) if config.pixel_format == "auto" or hardware.named(codec) else None
        if found and found.codec:
            _BROUGHT.clear()
            _BROUGHT.update(found.options)
            config.video_codec, config.pixel_format = found.codec, found.pixels
            config.video_encoder_options = dict(found.options)
        elif found and hardware.named(codec):
            use_software()
        remark = found.remark if found else ""
    return remark


def not_encodable(error: ValueError) -> UnspiralError | None:
    """What Manim says of settings that no encoder takes, in a sentence; None if it says something else."""
    frames = [frame.f_globals.get("__name__") for frame, _ in walk_tb(error.__traceback__)]
    if frames[-1] != "manim._config.video_encoder":
        return None
    said = str(error).rstrip(".").replace("Unknown", "unknown", 1)
    settings = "--video-codec, --pixel-format and --encoder-option"
    return UnspiralError(f"clips cannot be encoded so: {said}; without {settings} they are as they should be")


def use_software() -> None:
    """Leave what was said of an encoder in hardware."""
    config.video_codec, config.pixel_format, config.video_encoder_options = "libx264", "auto", ENCODER


def chosen(codec: str, width: int, height: int, rate: float) -> Chosen:
    """What frames of this size are encoded with, `codec` being what Manim was told. UnspiralError: no such encoder."""
    asked = os.environ.get(SETTING, "auto") if codec == "auto" else codec
    if asked in ("software", "libx264"):
        return Chosen()
    if asked != "auto" and not hardware.named(asked):
        names = ", ".join(encoder.name for encoder in hardware.ENCODERS)
        raise UnspiralError(f"{SETTING} is {asked!r}; it may be auto, software, or one of {names}")
    why = ""
    for encoder in hardware.ENCODERS:
        if asked not in ("auto", encoder.name):
            continue
        verdict = _verdict(encoder, width, height, rate)
        if verdict.get("options"):
            remark = f"encoded by {encoder.name}, in hardware"
            return Chosen(encoder.name, encoder.pixels, verdict["options"], remark)
        if asked == encoder.name or verdict.get("lost"):
            why = f"{encoder.name} is not used: {verdict['why']}; encoded in software"
    return Chosen(remark=why)


def lose(lost: LostError) -> None:
    """Leave an encoder that failed in a clip alone for a day."""
    _keep(lost.codec, {"why": f"it failed in a clip lately ({lost.why})", "lost": True}, AGAIN)


def _verdict(encoder: Encoder, width: int, height: int, rate: float) -> dict[str, Any]:
    """What a trial has found, now or before: options to use it with, or why it cannot be used."""
    if encoder.name not in codecs_available:
        return {"why": "this build of PyAV has no such encoder"}
    if sys.platform == "linux" and not any(glob(place) for place in encoder.places):
        return {"why": "this machine has no such device"}
    size = f"{encoder.name} {width}x{height} {rate:g}"
    kept = _kept()
    for key in (encoder.name, size):
        if found := kept.get(_here(key)):
            return found
    try:
        told = [json.dumps(encoder), width, height, rate]
        done = run_module(TRIAL, told, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, timeout=PATIENCE)
        return _keep(size, json.loads(done.stdout), LASTS)
    except subprocess.TimeoutExpired:  # a laptop that was shut meanwhile, perhaps
        return _keep(size, {"why": f"it did not answer within {PATIENCE} s"}, AGAIN)
    except ValueError:
        return _keep(size, {"why": "its driver ended the process that tried it"}, LASTS)


_OURS: dict[str, dict[str, Any]] = {}
"""What this process has found, should the user's cache be locked."""


def _file() -> Path:
    return user_cache_path("unspiral") / "encoders.json"


def _here(key: str) -> str:
    return f"{gethostname()} PyAV {av.__version__}: {key}"


def _kept() -> dict[str, dict[str, Any]]:
    """Verdicts that hold still, of all machines and versions."""
    found: Any = {}
    with suppress(OSError, ValueError):
        found = json.loads(_file().read_text(encoding="utf-8"))
    now = time.time()
    return {
        key: verdict
        for key, verdict in {**(found if isinstance(found, dict) else {}), **_OURS}.items()
        if isinstance(verdict, dict) and "why" in verdict and now < verdict.get("until", 0)
    }


def _keep(key: str, verdict: dict[str, Any], seconds: float) -> dict[str, Any]:
    _OURS[_here(key)] = verdict | {"until": time.time() + seconds}
    with suppress(OSError, UnspiralError):  # it is tried again next time
        _file().parent.mkdir(parents=True, exist_ok=True)
        text = json.dumps(_kept(), indent=1)
        write_whole(_file(), lambda path: path.write_text(text, encoding="utf-8"))
    return verdict
