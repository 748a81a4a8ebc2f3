"""From a run file to a clip: which epochs, how long, which pauses."""

import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from engine import Run, UnspiralError
from engine.films.replay import REPLAY, Replaying


def asked(small: Run, folder: Path, **given) -> Replaying:
    path = folder / "mine.safetensors"
    small.save(path)
    return Replaying(path, **given)


def test_what_is_asked_for_survives_the_environment(tmp_path):
    holds = {2.5: 1.0, 10: 0.25}
    for given in (
        {},
        {"start": 1, "stop": 20.5, "seconds": 3.25, "holds": holds, "upright": 7.0},
        {"holds": {0: 0}},
        {"held_out": True},
    ):
        replaying = Replaying(tmp_path / "a run é.safetensors", **given)
        assert Replaying.from_environment({REPLAY: replaying.as_json()}) == replaying


def test_beats_meet_at_the_pauses_and_their_motion_lasts_as_long_as_asked(small: Run, tmp_path):
    replaying = asked(small, tmp_path, seconds=9, holds={5: 1.5, 20: 0.5})
    beginning, *beats = replaying.beats(replaying.film())
    assert (beginning.start, beginning.stop, beginning.seconds, beginning.hold) == (0, 0, 0, 1)
    assert [(b.start, b.stop, b.hold) for b in beats] == [(0, 5, 1.5), (5, 20, 0.5), (20, 30, 2)]
    assert sum(b.seconds for b in beats) == pytest.approx(9) and min(b.seconds for b in beats) > 0.1


def test_a_replay_may_go_backwards_and_begin_with_a_pause(small: Run, tmp_path):
    replaying = asked(small, tmp_path, start=30, stop=10, holds={30: 4, 12: 1})
    assert [(b.start, b.stop, b.hold) for b in replaying.beats(replaying.film())] == [
        (30, 30, 4),
        (30, 12, 1),
        (12, 10, 2),
    ]


def test_one_epoch_is_a_still(small: Run, tmp_path):
    replaying = asked(small, tmp_path, start=4, stop=4, seconds=3)
    assert [tuple(b) for b in replaying.beats(replaying.film())] == [(4, 4, 0, 3)]


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"seconds": 0}, "seconds is 0"),
        ({"holds": {5: -1}}, "hold at epoch 5 is -1 s"),
        ({"start": 31}, "from 31"),
        ({"stop": -1}, "to -1"),
        ({"holds": {99: 1}}, "hold 99"),
        ({"stop": 10, "holds": {20: 1}}, "hold 20: the replay goes from epoch 0 to 10"),
        ({"upright": 77}, "epoch 77 was asked for"),
    ],
)
def test_what_does_not_fit_the_run_is_refused(small: Run, tmp_path, given, said):
    with pytest.raises(UnspiralError, match=said):
        replaying = asked(small, tmp_path, **given)
        replaying.beats(replaying.film())


@pytest.mark.parametrize(
    ("environment", "said"),
    [
        ({}, "name a run file: UNSPIRAL_RUN=my.safetensors"),
        ({"UNSPIRAL_RUN": "a", "UNSPIRAL_FROM": "now"}, "UNSPIRAL_FROM is 'now'"),
        ({"UNSPIRAL_RUN": "a", "UNSPIRAL_SECONDS": "inf"}, "UNSPIRAL_SECONDS is 'inf'"),
        ({"UNSPIRAL_RUN": "a", "UNSPIRAL_HOLD": "250"}, "must be EPOCH=SECONDS"),
        ({"UNSPIRAL_RUN": "a", "UNSPIRAL_HOLD": "250=x"}, "seconds is 'x'"),
    ],
)
def test_an_environment_that_cannot_be_read_is_refused(environment, said):
    with pytest.raises(UnspiralError, match=said):
        Replaying.from_environment(environment)


def unspiral(*arguments: str, folder: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", "from engine.cli import main; main()", *arguments]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True)


def test_the_command_renders_a_section_for_each_stretch(small: Run, tmp_path):
    import av

    small.save(tmp_path / "mine.safetensors")
    asked = ["--to", "20", "--seconds", "1", "--hold", "0=0.2", "--hold", "8=0.4", "--hold", "20=0.2"]
    done = unspiral("film", "mine.safetensors", *asked, "-ql", "--fps", "10", folder=tmp_path)
    assert done.returncode == 0, done.stderr
    (clip,) = tmp_path.glob("media/videos/replay/*/mine.mp4")
    sections = sorted(path.name for path in clip.parent.glob("sections/*.mp4"))
    assert [name[:9] for name in sections] == ["mine_0000", "mine_0001", "mine_0002"]
    with av.open(str(clip)) as video:
        frames = [frame.to_ndarray(format="rgb24") for frame in video.decode(video=0)]
    assert len(frames) == 18 and np.abs(frames[0].astype(int) - frames[-1]).mean() > 1


def test_the_command_says_what_is_wrong_before_manim_starts(small: Run, tmp_path):
    small.save(tmp_path / "mine.safetensors")
    for arguments, said in (
        (["no.safetensors"], "no.safetensors"),
        (["mine.safetensors", "--hold", "5"], "must be EPOCH=SECONDS"),
        (["mine.safetensors", "--to", "99"], "holds epochs 0 to 30"),
    ):
        done = unspiral("film", *arguments, folder=tmp_path)
        assert done.returncode == 2 and said in done.stderr and done.stderr.count("\n") == 1


def test_points_kept_from_training_are_shown_when_asked_for(small: Run, tmp_path: Path) -> None:
    held = np.arange(len(small.points.y)) % 5 == 0
    path = tmp_path / "some.safetensors"
    replace(small, recipe=None, held=held, metrics={}).save(path)
    assert (
        Replaying(path, held_out=True).film()(3).held.sum() == held.sum() and not Replaying(path).film()(3).held.any()
    )
    frames = Replaying(path, held_out=True, show=("embedding", "input")).film()(3)
    assert frames[0].held.sum() == held.sum()
    told = {"UNSPIRAL_RUN": str(path), "UNSPIRAL_HELD_OUT": "1"}
    assert Replaying.from_environment(told).held_out
    with pytest.raises(UnspiralError, match="add embedding to --show"):
        Replaying(path, held_out=True, show=("input",)).film()
    with pytest.raises(UnspiralError, match="kept no points from training"):
        asked(small, tmp_path, held_out=True).film()
