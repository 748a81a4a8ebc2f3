"""Captions out of a scene's words: SRT for players and editors, WebVTT for browsers."""

from collections.abc import Iterable
from datetime import timedelta

import srt

from engine.deliver.clip import Line


def as_srt(words: Iterable[Line]) -> str:
    """SubRip captions."""
    captions = (
        srt.Subtitle(number, timedelta(seconds=line.start), timedelta(seconds=line.end), line.text)
        for number, line in enumerate(words, 1)
    )
    return srt.compose(captions)


def as_vtt(words: Iterable[Line]) -> str:
    """WebVTT captions."""
    cues = (f"{_vtt_time(line.start)} --> {_vtt_time(line.end)}\n{_escaped(line.text)}\n" for line in words)
    return "\n".join(["WEBVTT\n", *cues])


def _vtt_time(seconds: float) -> str:
    milliseconds = round(1000 * seconds)
    minutes, milliseconds = divmod(milliseconds, 60_000)
    hours, minutes = divmod(minutes, 60)
    return f"{hours:02}:{minutes:02}:{milliseconds // 1000:02}.{milliseconds % 1000:03}"


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
