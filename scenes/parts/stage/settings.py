"""How our scenes render where nobody says otherwise: settings that FilmScene brings along into any folder."""

from configparser import ConfigParser
from pathlib import Path
from typing import Any

import click
from click.core import ParameterSource
from manim import config
from manim._config.utils import config_file_paths

SETTINGS: dict[str, Any] = {
    "save_sections": True,
    "max_files_cached": -1,
    "notify_outdated_version": False,
    "verbosity": "WARNING",
    "max_inflight_encoders": 2,
}
"""Each stands where neither a flag, nor a manim.cfg, nor a line of the scene file's says something."""

ENCODER = {
    "preset": "superfast",
    "crf": "20.7",
    "x264-params": "bframes=5:b-adapt=0:b-pyramid=none:direct=temporal:mbtree=1:rc-lookahead=7:scenecut=0:weightp=0"
    ":chroma-qp-offset=-6",
}
"""Beside Manim's own setting (medium, crf 23) on these pictures: .23 of its processor time, 1.12 of its size, SSIM
.9915 for .9926, and 118 MB at 1080p: a frame that it looks ahead at takes 6. Colours say what the classifier answers:
chroma is coded finer. For keeping: assets/final.cfg."""


def frames_waiting(pixels: int) -> int:
    """How many frames of so many pixels may wait for the encoder: 25 MB at 1080p and below, 37 MB at 4K."""
    return max(3, min(8, 8 * 1920 * 1080 // max(1, pixels)))


def bring_along() -> None:
    """Set what nobody has set. Where Manim's configuration is put back afterwards (notebooks), so is this."""
    said, default = _said(), ConfigParser()
    default.read(config_file_paths()[0])
    waiting = {"encoder_queue_size": frames_waiting(config.pixel_width * config.pixel_height)}
    for name, value in (SETTINGS | waiting).items():
        untouched = str(config[name]) == default["CLI"].get(name, raw=True)
        if name not in said and untouched:
            setattr(config, name, value)
    if not config.video_encoder_options and config.video_codec in ("auto", "libx264", None):
        config.video_encoder_options = ENCODER


def _said() -> set[str]:
    """What the person's manim.cfg, the one for all folders or another named by a flag say, and the flags themselves."""
    context = click.get_current_context(silent=True)
    flags: dict[str, Any] = context.params if context else {}
    _, everywhere, here = config_file_paths()
    files = ConfigParser()
    files.read([everywhere, Path(flags.get("config_file") or here)])
    said = set(files["CLI"]) if files.has_section("CLI") else set()
    for name in flags:
        if context and context.get_parameter_source(name) is ParameterSource.COMMANDLINE:
            said.add(name)
    return said
