"""Encoders in hardware, as FFmpeg names them, and how they are used."""

from typing import NamedTuple

from engine import UnspiralError
from engine.errors import printable


class Encoder(NamedTuple):
    """An encoder in hardware, as FFmpeg names it."""

    name: str
    pixels: str
    """The layout of frames that it takes."""
    options: tuple[dict[str, str], ...]
    """To be tried one after the other; the first that is good enough, and small enough, is used."""
    places: tuple[str, ...]
    """Where Linux shows its device, as patterns of paths; elsewhere only the encoder itself is asked."""


def _levels(fixed: dict[str, str], values: tuple[int, ...], *names: str) -> tuple[dict[str, str], ...]:
    return tuple(fixed | {"g": "250"} | {name: str(value) for name in names} for value in values)


_RENDER = ("/dev/dri/renderD*",)
ENCODERS = (
    Encoder(
        "h264_nvenc",
        "yuv420p",
        _levels(
            {
                "rc": "constqp",
                "preset": "p4",
                "bf": "3",
                "no-scenecut": "1",
                "qp_cb_offset": "-6",
                "qp_cr_offset": "-6",
            },
            (26, 23, 20),
            "qp",
        ),
        ("/dev/nvidiactl", "/dev/dxg"),
    ),
    Encoder(
        "h264_videotoolbox",
        "yuv420p",
        _levels({"allow_sw": "0", "flags": "+qscale", "bf": "3"}, (118 * 55, 118 * 65, 118 * 75), "global_quality"),
        (),
    ),
    Encoder("h264_qsv", "nv12", _levels({"preset": "medium", "bf": "3"}, (25, 22, 19), "global_quality"), _RENDER),
    Encoder(
        "h264_amf",
        "yuv420p",
        _levels({"rc": "cqp", "quality": "balanced", "bf": "3"}, (26, 23, 20), "qp_i", "qp_p", "qp_b"),
        _RENDER,
    ),
    Encoder("h264_mf", "nv12", _levels({"hw_encoding": "1", "rate_control": "quality"}, (65, 75, 85), "quality"), ()),
)
"""What builds of PyAV offer (wheels have no VAAPI), the best first. Chroma is coded finer where that can be said."""


class LostError(UnspiralError):
    """An encoder in hardware failed in a clip: the clip is begun again in software."""

    def __init__(self, codec: str, why: str) -> None:
        super().__init__(f"{codec} failed ({why}): the clip is drawn again, and encoded in software")
        self.codec, self.why = codec, why


def reason(error: Exception) -> str:
    """Why an encoder failed, in a few words."""
    said = getattr(error, "strerror", None) or str(error) or type(error).__name__
    return printable(str(said).splitlines()[0])[:100]


def named(codec: str) -> bool:
    """Whether this is an encoder in hardware."""
    return any(encoder.name == codec for encoder in ENCODERS)
