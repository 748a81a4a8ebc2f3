"""An OpenTimelineIO timeline: the clip on a video track, a marker a section, the sound on a track of its own."""

import json
from fractions import Fraction
from pathlib import Path
from typing import Any
from urllib.parse import quote

from engine.deliver.clip import Clip


def timeline(clip: Clip, video: Path, sound: Path | None = None, sound_duration: float = 0.0) -> str:
    """JSON in OpenTimelineIO's schema (opentimeline.io, versions as of 0.15); files are named relative to it."""
    whole = _range(0, clip.frames, clip.rate)
    shot = _item("Clip.2", clip.name, whole) | {
        "media_references": {"DEFAULT_MEDIA": _reference(video, whole)},
        "active_media_reference_key": "DEFAULT_MEDIA",
        "markers": [
            {
                "OTIO_SCHEMA": "Marker.2",
                "name": section.name,
                "comment": section.notes,
                "color": "GREEN",
                "marked_range": _range(section.first, section.frames - section.shared, clip.rate),
                "metadata": {},
            }
            for section in clip.sections
        ],
    }
    tracks = [_track("picture", "Video", [shot])]
    if sound is not None:
        heard = _range(0, round(sound_duration * clip.rate), clip.rate)
        spoken = _item("Clip.2", sound.stem, heard) | {
            "media_references": {"DEFAULT_MEDIA": _reference(sound, heard)},
            "active_media_reference_key": "DEFAULT_MEDIA",
        }
        tracks.append(_track("sound", "Audio", [spoken]))
    stack = _item("Stack.1", "tracks", None) | {"children": tracks}
    document = {
        "OTIO_SCHEMA": "Timeline.1",
        "name": clip.title,
        "global_start_time": None,
        "tracks": stack,
        "metadata": {},
    }
    return json.dumps(document, indent=1, ensure_ascii=False)


def _item(schema: str, name: str, source_range: dict[str, Any] | None) -> dict[str, Any]:
    shared = {"effects": [], "markers": [], "enabled": True, "metadata": {}}
    return {"OTIO_SCHEMA": schema, "name": name, "source_range": source_range, **shared}


def _track(name: str, kind: str, children: list[dict[str, Any]]) -> dict[str, Any]:
    return _item("Track.1", name, None) | {"kind": kind, "children": children}


def _reference(file: Path, available: dict[str, Any]) -> dict[str, Any]:
    return {
        "OTIO_SCHEMA": "ExternalReference.1",
        "name": file.name,
        "target_url": quote(file.as_posix()),
        "available_range": available,
        "metadata": {},
    }


def _range(first: int, count: int, rate: Fraction) -> dict[str, Any]:
    return {
        "OTIO_SCHEMA": "TimeRange.1",
        "start_time": {"OTIO_SCHEMA": "RationalTime.1", "rate": float(rate), "value": float(first)},
        "duration": {"OTIO_SCHEMA": "RationalTime.1", "rate": float(rate), "value": float(count)},
    }
