"""What a recorded scene lets be heard, as one WAV file as long as its timeline."""

import io
import wave
from typing import Any

from engine.deliver.sound import RATE, mixed
from scenes.parts.stage.timeline import Timeline
from scenes.parts.stage.writer import FilmWriter


def heard(timeline: Timeline) -> bytes:
    """The sounds of a scene, mixed; empty if it has none."""
    writer: Any = timeline.renderer.file_writer
    file = io.BytesIO()
    if isinstance(writer, FilmWriter) and writer.sounds:
        spans = ((play.began, play.began + play.frames / timeline.rate) for play in timeline.plays)
        with wave.open(file, "wb") as made:
            made.setnchannels(2)
            made.setsampwidth(2)
            made.setframerate(RATE)
            for frame in mixed(writer.sounds, spans):
                made.writeframes(frame.to_ndarray().tobytes())
    elif getattr(writer, "includes_sound", False):
        writer.audio_segment.export(file, format="wav")
    return file.getvalue()
