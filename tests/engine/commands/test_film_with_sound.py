"""unspiral film RUN --cues labels.txt --sound rec.wav, as a lecturer types it."""

import wave
from pathlib import Path

import av
import numpy as np
import pytest
from click.testing import CliRunner

from engine import Run
from engine.cli import main


def test_a_film_lasts_as_long_as_the_recording_and_is_heard(
    small: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    small.save("my.safetensors")
    with wave.open("rec.wav", "wb") as recording:
        recording.setnchannels(1)
        recording.setsampwidth(2)
        recording.setframerate(8000)
        recording.writeframes((3000 * np.sin(0.2 * np.arange(8000 * 3))).astype("<i2").tobytes())
    Path("labels.txt").write_text("0.2\t0.2\tepoch 0\n1\t1\tUpright now: epoch 20\n2\t2\tepoch 30\n")
    typed = "film my.safetensors --cues labels.txt --sound rec.wav --size 160x90 --fps 10 -o talk.mp4"
    done = CliRunner().invoke(main, typed.split())
    assert done.exit_code == 0 and done.stdout == "talk.mp4\n", done.output
    with av.open("talk.mp4") as clip:
        assert [stream.type for stream in clip.streams] == ["video", "audio"]
        assert sum(1 for _ in clip.decode(video=0)) == 30
    (said,) = tmp_path.rglob("*.srt")
    assert "00:00:01,000 --> 00:00:02,000\nUpright now: epoch 20" in said.read_text()
    assert len(list(tmp_path.rglob("sections/*.mp4"))) == 3
    alone = CliRunner().invoke(main, ["film", "my.safetensors", "--sound", "rec.wav"])
    assert alone.exit_code == 2 and "--sound goes with --cues" in alone.stderr
