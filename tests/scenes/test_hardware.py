"""Encoders in hardware are used where a trial finds nothing against them; whatever is amiss, x264 is. No machine of
ours has one: others of FFmpeg's encoders stand in, some with faults.
"""

import json
import subprocess
from fractions import Fraction
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import av
import numpy as np
import pytest
from av.error import PermissionError as FFmpegPermissionError
from manim import config, tempconfig

from engine import UnspiralError
from scenes.parts import FilmScene, Replay
from scenes.parts.stage import choice, hardware, trial
from scenes.parts.stage.camera import Painted
from scenes.parts.stage.choice import Chosen, choose_encoder, chosen
from scenes.parts.stage.encoder import SegmentEncoder, check_alike
from scenes.parts.stage.hardware import Encoder, LostError
from scenes.parts.stage.settings import ENCODER, bring_along

SIZE = 320, 180, Fraction(30)
PRESENT, ABSENT = ("/",), ("/no/such/device",)


def stand_in(name: str = "libx264", pixels: str = "yuv420p", **options: str) -> Encoder:
    return Encoder(name, pixels, (ENCODER | options,), PRESENT)


class Faulty(SegmentEncoder):
    """x264 as usual; a stand-in, known by its tune, swaps red and blue, loses or changes a frame, or fails."""

    fault = ""

    def write_frame(self, pixels: Any, *, repeat: int = 1) -> None:
        fault = self.fault if ("tune", "animation") in self.spec.options else ""
        if fault == "loses" and self._next == 5:
            self._next += 1
            return
        if fault == "swaps":
            pixels = np.ascontiguousarray(pixels[..., [2, 1, 0, 3]])
        if fault == "changes" and self._next == 5:
            pixels = trial.picture(6, *SIZE[:2])
        if fault == "fails" and self._next == 5:
            raise LostError("stand-in", "no more sessions")
        super().write_frame(pixels, repeat=repeat)


def test_a_trial_accepts_an_encoder_that_does_what_x264_does(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(trial, "SLOWER", float("inf"))  # it is x264
    trial.main(json.dumps(stand_in()), "320", "180", "30")
    assert json.loads(capfd.readouterr().out) == {"options": ENCODER, "why": ""}


@pytest.mark.parametrize(
    "encoder, reason",
    [
        (stand_in(**{"x264-params": "colormatrix=smpte170m"}), "do not say that colours are BT.709"),
        (stand_in(crf="26"), "less like what was drawn"),
        (stand_in(preset="ultrafast", crf="5"), "times as large"),
        (stand_in(preset="veryslow"), "times as long as x264"),
        (stand_in("h264_nvenc", preset="p4"), "does not work here"),
        (stand_in(profile="none"), "does not work here"),
        ("swaps", "colours are off by"),
        ("loses", "loses frames, or puts them out of time"),
        ("changes", "cannot be joined"),
        ("fails", "does not work here (no more sessions)"),
    ],
)
def test_a_trial_refuses(encoder: Any, reason: str, monkeypatch: pytest.MonkeyPatch) -> None:
    if isinstance(encoder, str):
        monkeypatch.setattr(Faulty, "fault", encoder)
        monkeypatch.setattr(trial, "SegmentEncoder", Faulty)
        encoder = stand_in(tune="animation")
    if "long" not in reason:
        monkeypatch.setattr(trial, "SLOWER", float("inf"))
    found = trial.verdict(encoder, *SIZE)
    assert found["options"] is None and reason in found["why"]


def test_a_trial_refuses_clips_that_cannot_be_played_backwards(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(trial, "frames_backwards", lambda *_: iter([trial.picture(0, *SIZE[:2])] * 2 * trial.FRAMES))
    assert "backwards" in trial.verdict(stand_in(), *SIZE)["why"]


def test_of_several_settings_the_first_that_is_good_enough_is_used(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(trial, "SLOWER", float("inf"))
    levels = Encoder("libx264", "yuv420p", tuple(ENCODER | {"crf": crf} for crf in ("35", "21", "20")), PRESENT)
    assert trial.verdict(levels, *SIZE)["options"]["crf"] == "21"


@pytest.fixture
def asked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """What is asked of trials, with a cache of their own; each answers with what `answer` holds."""
    told = SimpleNamespace(times=0, answer='{"options": {"qp": "23"}, "why": ""}')

    def run(*_: Any, **__: Any) -> Any:
        told.times += 1
        if isinstance(told.answer, Exception):
            raise told.answer
        return SimpleNamespace(stdout=told.answer)

    monkeypatch.setattr(choice, "run_module", run)
    monkeypatch.setattr(choice, "_file", lambda: tmp_path / "encoders.json")
    monkeypatch.setattr(choice, "_OURS", {})
    monkeypatch.setattr(hardware, "ENCODERS", (Encoder("mpeg4", "yuv420p", ({},), PRESENT),))
    monkeypatch.setenv(choice.SETTING, "auto")
    return told


def test_a_machine_is_asked_once_for_each_size_of_frames(asked: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    used = Chosen("mpeg4", "yuv420p", {"qp": "23"}, "encoded by mpeg4, in hardware")
    assert chosen("auto", 640, 360, 30) == chosen("mpeg4", 640, 360, 30) == used
    choice._OURS.clear()  # another process
    assert chosen("auto", 640, 360, 30) == used and asked.times == 1
    chosen("auto", 1920, 1080, 60)
    monkeypatch.setattr(av, "__version__", "99")
    chosen("auto", 1920, 1080, 60)
    assert asked.times == 3


@pytest.mark.parametrize(
    "answer, why",
    [
        ('{"options": null, "why": "it loses frames"}', "it loses frames"),
        ("", "its driver ended the process"),
        (subprocess.TimeoutExpired("trial", 60), "it did not answer within 60 s"),
    ],
)
def test_what_a_trial_does_not_accept_is_not_used_and_why_is_said_to_who_asked_for_it(
    answer: Any, why: str, asked: Any
) -> None:
    asked.answer = answer
    assert chosen("auto", 640, 360, 30) == Chosen()
    refused = chosen("mpeg4", 640, 360, 30)
    assert not refused.codec and why in refused.remark and asked.times == 1


def test_where_there_is_no_device_or_software_is_asked_for_nothing_is_tried(
    asked: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert chosen("libx264", 640, 360, 30) == Chosen()
    with pytest.raises(UnspiralError, match="may be auto, software, or one of mpeg4"):
        monkeypatch.setenv(choice.SETTING, "gpu")
        chosen("auto", 640, 360, 30)
    monkeypatch.setenv(choice.SETTING, "software")
    assert chosen("auto", 640, 360, 30) == Chosen()
    monkeypatch.setenv(choice.SETTING, "auto")
    monkeypatch.setattr(choice.sys, "platform", "linux")
    monkeypatch.setattr(hardware, "ENCODERS", (Encoder("mpeg4", "yuv420p", ({},), ABSENT),))
    assert chosen("auto", 640, 360, 30) == Chosen()
    assert "no such device" in chosen("mpeg4", 640, 360, 30).remark
    monkeypatch.setattr(hardware, "ENCODERS", (Encoder("h264_none", "yuv420p", ({},), PRESENT),))
    assert "no such encoder" in chosen("h264_none", 640, 360, 30).remark
    assert asked.times == 0


@pytest.mark.parametrize("made", [{"format": "png"}, {"transparent": True}, {"format": "webm"}, {"dry_run": True}])
def test_what_is_no_h264_asks_nothing(made: dict[str, Any], asked: Any) -> None:
    with tempconfig(made):
        bring_along()
        assert choose_encoder() == "" and config.video_codec == "auto"
    assert asked.times == 0


def test_a_cluster_whose_machines_differ_encodes_in_software() -> None:
    from engine.render.job import Job
    from engine.render.launch import alike

    assert dict(alike([Job("a.py", (), "/", ())])[0].environment)[choice.SETTING] == "software"


class Grey(Painted):
    opaque = True
    level = 0.0

    def show(self, frame: float) -> None:
        self.level = frame

    def paint(self, canvas: Any) -> None:
        canvas.context.set_source_rgb(*3 * (self.level,))
        canvas.context.paint()


class Greys(FilmScene):
    title = "Greys"

    def construct(self) -> None:
        grey = Grey()
        self.add(grey)
        self.play(Replay(grey, float, 0, 1), run_time=0.4)
        self.next_section("back")
        self.play(Replay(grey, float, 1, 0.2), run_time=0.4)


def clip(media: Path) -> tuple[str, list[int], set[str], Any]:
    """Codec and shades of Greys, the names of its segments, and its scene."""
    made = {"media_dir": str(media), "pixel_width": 64, "pixel_height": 48, "frame_rate": 30, "progress_bar": "none"}
    with tempconfig(made | {"video_codec": "auto", "pixel_format": "auto", "video_encoder_options": {}}):
        scene: Any = Greys()
        scene.render()
    writer = scene.renderer.file_writer
    with av.open(str(writer.final_file_path)) as container:
        shades = [int(frame.to_ndarray(format="gray").mean()) for frame in container.decode(video=0)]
        codec = container.streams.video[0].codec_context.name
    return codec, shades, {Path(segment).name for segment in writer.partial_movie_files}, scene


def test_a_clip_is_of_one_encoder_and_one_that_fails_in_it_makes_way_for_software(
    asked: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv(choice.SETTING, "software")
    codec, shades, segments, _ = clip(tmp_path / "software")
    assert codec == "h264" and len(shades) == 75 + 24
    monkeypatch.setenv(choice.SETTING, "auto")
    asked.answer = '{"options": {"g": "250"}, "why": ""}'
    codec, theirs, others, _ = clip(tmp_path / "hardware")
    assert codec == "mpeg4" and len(theirs) == len(shades) and not others & segments
    assert capfd.readouterr().err == "encoded by mpeg4, in hardware\n"

    class Fails(SegmentEncoder):
        def __init__(self, **how: Any) -> None:
            super().__init__(**how)
            if self.spec.codec == "mpeg4":
                self._stream = SimpleNamespace(encode=self._fail, real=self._stream)

        def _fail(self, frame: Any) -> Any:
            if self._next == 7:
                raise FFmpegPermissionError(1, "no more sessions")
            return self._stream.real.encode(frame)

    monkeypatch.setattr("scenes.parts.stage.writer.SegmentEncoder", Fails)
    codec, again, anew, scene = clip(tmp_path / "fails")
    assert codec == "h264" and again == shades and anew == segments
    sentence = "mpeg4 failed (no more sessions): the clip is drawn again, and encoded in software"
    assert capfd.readouterr().err.splitlines() == ["encoded by mpeg4, in hardware", sentence]
    assert sentence in scene.renderer.file_writer.remarks
    choice._OURS.clear()  # another process, which joins the clip, say
    assert "it failed in a clip lately (no more sessions)" in chosen("auto", 64, 48, 30).remark
    codec, *_, finished = clip(tmp_path / "fails")
    assert codec == "h264" and np.all(finished.renderer.file_writer.lengths)


def test_frames_that_hardware_swallows_are_missed_when_the_segment_ends(asked: Any, tmp_path: Path) -> None:
    from threading import Lock

    how = trial.spec("mpeg4", "yuv420p", {}, np.empty((48, 64, 4), np.uint8), Fraction(30))
    segment = SegmentEncoder(target=tmp_path / "a.mp4", spec=how, pool=trial.Pool(), turn=Lock())
    segment.write_frame(np.zeros((48, 64, 4), np.uint8), repeat=3)
    segment._came -= 1
    with pytest.raises(LostError, match="lost frames"):
        segment.finish()
    segment.abort()


def test_segments_of_two_drivers_are_not_joined(asked: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hardware, "ENCODERS", (stand_in(),))
    drawn = [trial.picture(0, *SIZE[:2])]
    how = [trial.spec("libx264", "yuv420p", {"profile": profile}, drawn[0], SIZE[2]) for profile in ("main", "high")]
    files = [tmp_path / f"{k}.mp4" for k in range(2)]
    for spec, file in zip(how, files):
        segment = SegmentEncoder(target=file, spec=spec, pool=trial.Pool(), turn=trial.Lock())
        segment.write_frame(drawn[0])
        segment.finish()
    check_alike(files[:1] * 2, how[0])
    with pytest.raises(LostError, match="do not go together"):
        check_alike(files, how[0])
