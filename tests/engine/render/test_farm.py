import os
import shutil
import signal
import subprocess
import sys
import time
from concurrent.futures import Executor, Future
from importlib.metadata import version
from pathlib import Path
from threading import Timer
from types import SimpleNamespace

import av
import numpy as np
import pytest

from engine.files.making import PREFIX, Making
from engine.render.farm import Underway, _parts, _sweep, jobs_for, render
from engine.render.job import Job, Made, Plan, Segment
from engine.render.piped import semaphores
from engine.render.pools import CODE, _answering, refusal, survey, work
from engine.render.told import TOLD, Begun, asked

PROJECT = Path(__file__).parents[3]
SMALL = ("--resolution", "320,180", "--fps", "10", "--progress_bar", "none")
DASK = "takes Dask: uv pip install '.[cluster]'"
SCENE = """
from manim import Circle, Create, FadeOut, Square
from scenes.parts import FilmScene

class {name}(FilmScene):
    def construct(self):
        for k in range(1, {plays} + 1):
            square = Square(side_length=k / 2)
            self.play(Create(square), run_time={seconds})
            self.play(FadeOut(square), run_time=0.5)
        self.add(Circle())
        self.wait(0.5)
"""
FORMULA = """
from scenes.parts import FilmScene
from scenes.parts.stage.formula import formula

class Set(FilmScene):
    def construct(self):"""


def scene(folder: Path, name: str, plays: int = 2, seconds: float = 1) -> Path:
    file = folder / f"{name.lower()}.py"
    file.write_text(SCENE.format(name=name, plays=plays, seconds=seconds))
    return file


def unspiral(
    folder: Path, *arguments: object, start: bool = False, project: Path = PROJECT, before: str = ""
) -> subprocess.Popen:
    command = [sys.executable, "-c", f"{before}from engine.cli import main; main()", "render", *map(str, arguments)]
    process = subprocess.Popen(
        command,
        cwd=folder,
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,
        env={**os.environ, "PYTHONPATH": str(project)},
    )
    if not start:
        process.communicated = process.communicate(timeout=300)  # type: ignore[attr-defined]
    return process


def frames(path: Path) -> np.ndarray:
    with av.open(str(path)) as video:
        return np.stack([frame.to_ndarray(format="rgb24") for frame in video.decode(video=0)])


def left_behind(folder: Path) -> list[Path]:
    return [path for path in folder.rglob(".*") if path.suffix == ".mp4"]


def finished(folder: Path) -> list[str]:
    """Segments that have their names; unlike Path.rglob, os.walk bears folders that go while it looks."""
    there = [(Path(place).name, file) for place, _, files in os.walk(folder) for file in files]
    return [file for place, file in there if file.endswith(".mp4") and "." not in (place[:1], file[:1])]


def until(condition, seconds: float = 300) -> None:
    """Wait for an event, however busy the machine is."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it never happened"
        time.sleep(0.02)


def in_group(group: int) -> bool:
    try:
        os.killpg(group, 0)
    except ProcessLookupError:
        return False
    return True


def test_two_processes_render_the_frames_of_one(tmp_path: Path) -> None:
    names = ("First", "Second", "Third", "Fourth")
    files = [scene(tmp_path, name, plays) for plays, name in enumerate(names, 1)]
    clips = []
    for jobs in (2, 1):
        done = unspiral(tmp_path, *files, "--jobs", jobs, *SMALL, "--media_dir", f"by-{jobs}")
        assert done.returncode == 0, done.communicated
        clips.append([Path(line) for line in done.communicated[0].splitlines()])
        assert [clip.stem for clip in clips[-1]] == list(names)
    for plays, (by_two, by_one) in enumerate(zip(*clips), 1):
        assert np.array_equal(frames(by_two), frames(by_one))
        assert len(frames(by_two)) == plays * 15 + 5
    manim = [sys.executable, "-m", "manim", "render", *SMALL, "--media_dir", "alone", str(files[1])]
    subprocess.run(manim, cwd=tmp_path, check=True, capture_output=True, env={**os.environ, "PYTHONPATH": str(PROJECT)})
    (alone,) = (tmp_path / "alone").rglob("Second.mp4")
    assert np.array_equal(frames(clips[0][1]), frames(alone))
    assert not left_behind(tmp_path)


def test_a_process_that_set_a_formula_before_finds_the_same_segments(tmp_path: Path) -> None:
    file = tmp_path / "set.py"
    lines = 'self.add(formula("x^2").shift((1, 1, 0)))', "self.wait(0.5)"
    file.write_text("\n".join((FORMULA, *(f"        {line}" for line in lines))))
    (job,) = jobs_for([file], [*SMALL, "--media_dir", str(tmp_path)])
    first, again = (work("plan", job) for _ in range(2))
    assert first.segments == again.segments and len(first.missing) == 1


def test_of_a_clip_that_several_draw_each_draws_what_nobody_has_begun_and_the_last_joins_it(tmp_path: Path) -> None:
    (job,) = jobs_for([scene(tmp_path, "Shared", plays=2)], [*SMALL, "--media_dir", str(tmp_path)])
    (first, *rest) = work("plan", job).segments
    with asked([job], far=False) as (told,):
        other = Begun(Path(dict(told.environment)[TOLD]))
        assert other.take(Path(first.path)) and not other.take(Path(first.path))
        assert work("share", told, 1) is None
        assert not Path(first.path).exists() and all(Path(segment.path).exists() for segment in rest)
        other_begun = [Path(path).stat().st_ino for _, path, _ in rest]
        assert work("share", told, 2) is None  # who began it has died, say
    made = work("finish", job)
    assert len(frames(Path(made.path))) == 35 and Path(first.path).exists()
    assert [Path(path).stat().st_ino for _, path, _ in rest] == other_begun
    with asked([job], far=False) as (told,):
        assert work("share", told, 1) == made


class Told(Executor):
    """Answers at once, but to who shares a clip of three segments only when there are `helpers`; keeps what it did."""

    def __init__(self, folder: Path, helpers: int = 1, late: bool = False) -> None:
        self.folder, self.helpers, self.late, self.done = folder, helpers, late, []
        self.shared: list[Future] = []

    def submit(self, fn, /, verb, job, *details):  # type: ignore[override]
        name, future = Path(job.file).stem, Future()
        self.done.append((verb, name))
        if verb == "plan":
            length = {"short": 200, "long": 900, "middle": 500}[name]
            future.set_result(Plan(tuple(Segment(k, str(self.folder / f"{name}{k}"), length) for k in range(3))))
        else:
            self.shared.append(future)
            if len(self.shared) >= self.helpers:
                for waiting in self.shared[:1] if self.late else [one for one in self.shared if not one.done()]:
                    waiting.set_result(Made("a.mp4"))
        return future

    def shutdown(self, *_, **__) -> None:
        pass


def test_the_longest_clip_is_drawn_first_and_who_has_nothing_to_do_helps(tmp_path: Path) -> None:
    jobs = [Job(f"{name}.py", (), "/", ()) for name in ("short", "long", "middle")]
    alone = Told(tmp_path)
    assert all(clip.made for clip in render(jobs, lambda: alone, 1))
    assert [name for verb, name in alone.done if verb == "share"] == ["long", "middle", "short"]
    looks = iter(range(20))
    two = Told(tmp_path, helpers=2)
    (clip,) = render(jobs[:1], lambda: two, 2, lambda _: next(looks))  # ends, or runs out of looks
    assert clip.made and two.done == [("plan", "short"), ("share", "short"), ("share", "short")]
    late = Told(tmp_path, helpers=2, late=True)
    (clip,) = render(jobs[:1], lambda: late, 2)  # not waited for: who helps has nothing to do any more
    assert clip.made and len(late.shared) == 2 and late.shared[1].cancelled()
    (clip,) = render(jobs[:1], lambda: (small := Told(tmp_path)) and small, 2, least=601)
    assert clip.made


def test_a_failing_scene_is_named_and_the_others_finish(tmp_path: Path) -> None:
    good = scene(tmp_path, "Good", plays=1)
    bad = tmp_path / "bad.py"
    bad.write_text(SCENE.format(name="Bad", plays=1, seconds=1) + "        1 / 0\n")
    two = tmp_path / "two.py"
    two.write_text(good.read_text() + good.read_text().replace("Good", "Other"))
    none = tmp_path / "none.py"
    none.write_text("from scenes.parts import FilmScene")
    done = unspiral(tmp_path, good, bad, two, none, *SMALL)
    out, said = done.communicated
    assert done.returncode == 2
    assert [Path(line).name for line in out.splitlines()] == ["Good.mp4"]
    lines = [line for line in said.splitlines() if ": " in line]
    assert lines == [
        "bad.py: ZeroDivisionError, line 13: division by zero",
        "two.py: it holds 2 scenes: Good, Other; name one: two.py:Good",
        "none.py: it holds no scene, a class that is a FilmScene or another Scene of Manim's",
    ]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--jobs", "0", "x.py"], "at least one process"),
        (["--jobs", "two", "x.py"], "'two' is not a valid integer"),
        (["nowhere.py"], "no scene file nowhere.py"),
        (["-ql"], "no scenes were named"),
    ],
)
def test_mistakes_are_one_line_and_exit_code_2(tmp_path: Path, arguments: list[str], said: str) -> None:
    done = unspiral(tmp_path, *arguments)
    assert done.returncode == 2
    assert len(done.communicated[1].splitlines()) == 1
    assert said in done.communicated[1]


@pytest.mark.skipif(sys.platform == "win32", reason="sends signals, which Windows has not")
def test_ctrl_c_leaves_a_usable_cache_and_no_process(tmp_path: Path) -> None:
    file = scene(tmp_path, "Long", plays=30)
    running = unspiral(tmp_path, file, "--jobs", 2, *SMALL, start=True)
    segments = tmp_path / "media" / "videos" / "long"
    until(lambda: len(finished(segments)) > 3)
    os.killpg(running.pid, signal.SIGINT)
    running.communicate(timeout=300)
    assert running.returncode == 130
    until(lambda: not in_group(running.pid))
    assert not left_behind(tmp_path)
    for segment in segments.rglob("*.mp4"):
        assert len(frames(segment)) in (5, 10)


def test_what_ended_workers_had_open_is_removed_and_nothing_else(tmp_path: Path) -> None:
    folder = tmp_path / "720p30" / "partial_movie_files" / "Long"
    folder.mkdir(parents=True)
    (done := folder / "1.mp4").touch()
    living = Making(folder / "2.mp4")
    living.path.touch()
    for place in (folder, folder.parents[1]):  # what nobody holds any more
        gone = place / f"{PREFIX}abc"
        gone.mkdir()
        for name in ("1.mp4", f"{PREFIX}lock"):
            (gone / name).touch()
    clip = Underway(Job("long.py", (), "", ()), plan=Plan((Segment(0, str(done), 5),)))
    _sweep([clip])
    assert set(tmp_path.rglob("*.mp4")) == {done, living.path}
    living.abort()


@pytest.mark.skipif(sys.platform == "win32", reason="sends signals, which Windows has not")
def test_workers_end_when_their_parent_is_killed(tmp_path: Path) -> None:
    running = unspiral(tmp_path, scene(tmp_path, "Long", plays=30), "--jobs", 2, *SMALL, start=True)
    until(lambda: finished(tmp_path / "media"))
    running.kill()
    running.communicate()
    until(lambda: not in_group(running.pid))


@pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::pytest.PytestUnraisableExceptionWarning")
@pytest.mark.skipif(not semaphores(), reason="takes semaphores, for Dask: let this user write to /dev/shm")
def test_a_killed_worker_of_a_cluster_costs_its_segment_not_the_clip(tmp_path: Path) -> None:
    distributed = pytest.importorskip("distributed", reason=DASK)
    file = scene(tmp_path, "Spread", plays=8)
    cluster = distributed.LocalCluster(
        n_workers=2, threads_per_worker=1, memory_limit=0, dashboard_address="127.0.0.1:0", host="127.0.0.1"
    )
    with cluster:
        running = unspiral(tmp_path, file, "--cluster", cluster.scheduler_address, *SMALL, start=True)
        until(lambda: len(finished(tmp_path / "media")) > 1)
        os.kill(next(iter(cluster.workers.values())).pid, signal.SIGKILL)
        out, said = running.communicate(timeout=300)
    assert running.returncode == 0, said
    local = unspiral(tmp_path, file, "--jobs", 1, *SMALL, "--media_dir", "local")
    assert np.array_equal(frames(Path(out.strip())), frames(Path(local.communicated[0].strip())))


@pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::pytest.PytestUnraisableExceptionWarning")
def test_a_cluster_that_runs_other_code_is_refused_in_sentences(tmp_path: Path) -> None:
    distributed = pytest.importorskip("distributed", reason=DASK)
    for folder in ("engine", "scenes", "assets"):
        shutil.copytree(PROJECT / folder, tmp_path / "other" / folder, ignore=shutil.ignore_patterns("__pycache__"))
    with (tmp_path / "other" / "engine" / "errors.py").open("a") as code:
        code.write("\n")
    cluster = distributed.LocalCluster(
        n_workers=1, processes=False, protocol="tcp", memory_limit=0, dashboard_address="127.0.0.1:0", host="127.0.0.1"
    )
    with cluster:
        arguments = (scene(tmp_path, "Some"), "--cluster", cluster.scheduler_address, *SMALL)
        done = unspiral(tmp_path, *arguments, project=tmp_path / "other")
    assert done.returncode == 2
    left_out, none_left = done.communicated[1].splitlines()
    assert "is left out: the code and files that the scenes use are others there; update its copy" in left_out
    assert none_left.endswith("has no worker that can be used")


@pytest.mark.parametrize("address", ["nonsense://here", "tcp://127.0.0.1:1"], ids=["no address", "nobody there"])
def test_an_unreachable_scheduler_is_one_line(address: str, tmp_path: Path) -> None:
    pytest.importorskip("distributed", reason=DASK)
    impatient = "from engine.render import pools; pools.ANSWERS = 1; "
    done = unspiral(tmp_path, scene(tmp_path, "Some"), "--cluster", address, before=impatient)
    assert done.returncode == 2
    assert len(done.communicated[1].splitlines()) == 1
    assert f"no Dask scheduler answers at {address}" in done.communicated[1]
    assert not in_group(done.pid)


def test_a_full_disk_is_one_line_and_leaves_nothing_half_written(tmp_path: Path) -> None:
    """On a file system of a few kilobytes, in a namespace of its own, where the system lets anybody make one."""
    small = "mount -t tmpfs -o size=16k tmpfs media"
    tried = ["unshare", "-rm", "sh", "-c", small.replace("media", "/mnt")]
    if not shutil.which("unshare") or subprocess.run(tried, capture_output=True).returncode:
        pytest.skip("takes a Linux on which anybody may mount in a namespace of their own (unshare, util-linux)")
    (tmp_path / "media").mkdir()
    command = [sys.executable, "-c", "from engine.cli import main; main()", "render", *SMALL]
    command += [str(scene(tmp_path, "Large", plays=4)), "--jobs", "1"]
    then = '; code=$?; find media -name ".*.mp4"; exit $code'
    done = subprocess.run(
        ["unshare", "-rm", "sh", "-c", f'{small} && "$@"{then}', "sh", *command],
        cwd=tmp_path,
        text=True,
        capture_output=True,
        timeout=300,
        env={**os.environ, "PYTHONPATH": str(PROJECT)},
    )
    assert done.returncode == 2, done.stderr
    (said,) = [line for line in done.stderr.splitlines() if ": " in line]
    assert said.startswith("large.py: the disk is full: cannot write ")
    assert done.stdout == ""


def test_workers_that_see_or_run_something_else_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("UNSPIRAL_RUNS", str(tmp_path))
    jobs = jobs_for([scene(tmp_path, "Some")], ["-ql"])
    (tmp_path / "sign").touch()
    ours = survey(jobs, str(tmp_path / "sign"))
    assert refusal(ours, ours) == ""
    assert "does not see the media folder" in refusal(survey(jobs, str(tmp_path / "elsewhere")), ours)
    for name in ("manim", "pillow", "coloraide", "typst", "scipy", "numba", "numpy", "av", "pycairo", "manimpango"):
        said = refusal(ours | {name: "0.19"}, ours)
        assert said == f"it has {name} 0.19 instead of {version(name)}; install the same versions there"
    without = {name: value for name, value in ours.items() if name not in ("coloraide", "scikit-learn")}
    said = refusal(without, ours)  # points, which belong to the run, are all that scikit-learn is needed for
    assert said == f"it has no coloraide, which is {version('coloraide')} here; install the same versions there"
    assert "are others there" in refusal(ours | {CODE: "other"}, ours)
    for name in ("torch", "pytest", "ruff", "distributed"):  # not behind any frame
        assert name not in ours
    assert "does not run unspiral" in refusal(ModuleNotFoundError("engine"), ours)


def test_neighbours_are_rendered_together_in_parts_of_about_equal_length() -> None:
    segments = [Segment(play, f"{play}.mp4", 60 if play % 2 else 240) for play in range(8)]
    parts = _parts(segments, 4)
    assert [play for part in parts for play in part] == list(range(8))
    assert [sum(segments[play].frames for play in part) for part in parts] == [300] * 4
    assert _parts([], 3) == []
    assert _parts(segments, 4, 600) == [(0, 1, 2, 3), (4, 5, 6, 7)]
    assert _parts(segments, 4, 5000) == [tuple(range(8))]


class _Gone(Executor):
    """An executor whose tasks are dropped, at once or after a while."""

    def __init__(self, *, dropped: bool) -> None:
        self.dropped = dropped

    def submit(self, *_: object, **__: object) -> Future:  # type: ignore[override]
        future: Future = Future()

        def drop() -> None:
            future.cancel()
            future.set_running_or_notify_cancel()

        Timer(0.0 if self.dropped else 0.9, drop).start()
        return future


def test_a_cluster_that_is_gone_or_stands_still_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("engine.render.farm.SILENT", 0.2)
    said: list[str] = []
    for dropped in (True, False):
        (clip,) = render([Job("a.py", (), "", ())], lambda dropped=dropped: _Gone(dropped=dropped), 1, say=said.append)
        assert "scheduler is gone" in clip.error
    assert len(said) == 1 and "nothing was finished" in said[0]


class _Answering(Executor):
    """An executor that stands still, or answers at once."""

    def __init__(self, *, stopped: bool) -> None:
        self.stopped, self.asked = stopped, []

    def submit(self, _: object, verb: str, *details: object) -> Future:  # type: ignore[override]
        future: Future = Future()
        self.asked.append(verb)
        if verb == "plan":
            future.set_result(Plan((Segment(0, "0.mp4", 5), Segment(1, "1.mp4", 5))))
        elif not self.stopped:
            future.set_result(Made("clip.mp4") if verb == "finish" else None)
        return future


def test_what_a_stopped_worker_of_a_cluster_has_is_given_to_others(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("engine.render.farm.SILENT", 0.1)
    made: list[_Answering] = []

    def pool() -> Executor:
        made.append(_Answering(stopped=not made))
        return made[-1]

    (clip,) = render([Job("a.py", (), "", ())], pool, 2, spread=True)
    assert clip.output == "clip.mp4" and not clip.error
    assert [one.asked for one in made] == [["plan", *["segments"] * 2], [*["segments"] * 2, "finish"]]
    client = SimpleNamespace(
        scheduler_info=lambda: {"workers": {"a": {"last_seen": 90}, "b": {"last_seen": 70}, "c": {"last_seen": 89}}}
    )
    assert _answering(client, ["a", "b", "c", "gone"]) == ["a", "c"]
