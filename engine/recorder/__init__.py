"""Recording anybody's training loop while it runs."""

from engine.lazy import lazily

PUBLIC = {
    "NoLongerFinite": "engine.recorder.said",
    "NotRecorded": "engine.recorder.said",
    "Recorder": "engine.recorder.recorder",
    "lightning_callback": "engine.recorder.lightning",
}
"""Public names, and the modules that they come from."""
__getattr__ = lazily(__name__, PUBLIC)
