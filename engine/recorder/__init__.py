"""Recording anybody's training loop while it runs."""

from importlib import import_module
from typing import Any

_PUBLIC = {
    "NoLongerFinite": "engine.recorder.said",
    "NotRecorded": "engine.recorder.said",
    "Recorder": "engine.recorder.recorder",
    "lightning_callback": "engine.recorder.lightning",
}


def __getattr__(name: str) -> Any:
    if name in _PUBLIC:
        return getattr(import_module(_PUBLIC[name]), name)  # imports torch: only when asked for
    raise AttributeError(f"module 'engine.recorder' has no attribute {name!r}")
