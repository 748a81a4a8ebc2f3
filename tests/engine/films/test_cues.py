"""A film is where the lecturer says it is, when the lecturer says so."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine import UnspiralError
from engine.films.cues import Cues, read_cues

TIMES = (0.0, 9.25, 14.0, 22.337, 40.1, 51.0, 60.0, 73.4)
PLAYHEADS = (0.0, 100.0, 250.0, 250.0, 500.0, 500.0, 1000.0, 2000.0)


def clock(seconds: float) -> str:
    minutes, milliseconds = divmod(round(1000 * seconds), 60_000)
    return f"00:{minutes:02}:{milliseconds // 1000:02},{milliseconds % 1000:03}"


FILES = {
    "labels.txt": "".join(f"{t:.6f}\t{t:.6f}\tepoch {p:g}\n" for t, p in zip(TIMES, PLAYHEADS)),
    "cues.csv": "time,playhead\n" + "".join(f"{t},{p:g}\n" for t, p in zip(TIMES, PLAYHEADS)),
    "komma.csv": "Zeit;Epoche\n" + "".join(f"{t};{p}\n".replace(".", ",") for t, p in zip(TIMES, PLAYHEADS)),
    "spoken.srt": "\n".join(
        f"{k}\n{clock(t)} --> {clock(u)}\nNow it is at {p:g}.\n"
        for k, (t, u, p) in enumerate(zip(TIMES, (*TIMES[1:], 73.4), PLAYHEADS), 1)
    ),
}


@pytest.mark.parametrize("name", FILES)
def test_cues_are_read_from_labels_tables_and_subtitles(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_text(FILES[name])
    cues = read_cues(tmp_path / name)
    assert cues.times == pytest.approx(TIMES, abs=1e-6) and cues.playheads == PLAYHEADS and cues.duration == 73.4


@pytest.mark.parametrize("rate", [15, 24, 30, 60])
def test_eight_cues_over_73_seconds_last_as_long_and_are_met(rate: int) -> None:
    cues = Cues(TIMES, PLAYHEADS, 73.4).on_frames(rate)
    assert cues.frames(rate) == round(73.4 * rate)
    shown = [cues(number / rate) for number in range(cues.frames(rate))]
    for time, playhead in zip(TIMES[:-1], PLAYHEADS):
        assert shown[int(time * rate + 1e-6)] == playhead
    assert shown[-1] == 2000


increasing = st.lists(st.floats(0.01, 20), min_size=2, max_size=8).map(lambda gaps: tuple(np.cumsum(gaps).tolist()))


@given(increasing, st.data())
def test_the_playhead_is_monotone_between_cues_and_holds_where_it_repeats(
    times: tuple[float, ...], data: st.DataObject
):
    playheads = tuple(data.draw(st.lists(st.integers(0, 2000).map(float), min_size=len(times), max_size=len(times))))
    cues = Cues(times, playheads, times[-1])
    for (t, u), (p, q) in zip(zip(times, times[1:]), zip(playheads, playheads[1:])):
        moved = np.diff([cues(float(time)) for time in np.linspace(t, u, 30)])
        assert ((moved * np.sign(q - p) >= -1e-9) if p != q else moved == 0).all()
        assert cues(t) == p and cues(u) == q


def test_a_stretch_in_audacity_holds_and_one_that_reaches_the_next_does_not(tmp_path: Path) -> None:
    path = tmp_path / "labels.txt"
    path.write_text("0\t2\t0\n\\\t100\t200\n5\t9\tepoch 250\n9\t9\t400\n12\t15\t500\n")
    cues = read_cues(path)
    assert cues.times == (0, 2, 5, 9, 12, 15) and cues.playheads == (0, 0, 250, 400, 500, 500) and cues.duration == 15


MISTAKES = {
    "labels.txt": [
        ("0\t0\t0\n5\t5\t100\n4\t4\t200\n", "line 3: 4 s comes after 5 s"),
        ("0 0 250", "tabs between them"),
        ("1\t1\thello", "no number"),
        ("soon\t1\t5", "no time"),
        ("", "no cues"),
        ("1\t1\t5\n1\t1\t6\n", "a cue already"),
    ],
    "cues.csv": [("time,playhead\n3", "not a time and a playhead")],
    "cues.srt": [("nonsense", "SRT")],
    "cues.doc": [("", "Audacity")],
}


@pytest.mark.parametrize("name, text, said", [(n, t, s) for n, rows in MISTAKES.items() for t, s in rows])
def test_a_mistake_in_a_cue_file_is_one_line_that_says_where(tmp_path: Path, name: str, text: str, said: str) -> None:
    (tmp_path / name).write_text(text)
    with pytest.raises(UnspiralError, match=said):
        read_cues(tmp_path / name)
    with pytest.raises(UnspiralError, match="no cue file"):
        read_cues(tmp_path / "none.txt")


def test_a_cue_outside_the_film_or_within_another_ones_frame_is_refused() -> None:
    class Short:
        first, last = 0.0, 400.0

    with pytest.raises(UnspiralError, match=r"at 40\.1 s asks for 500; the film goes from 0 to 400"):
        Cues(TIMES, PLAYHEADS, 73.4).within(Short())
    with pytest.raises(UnspiralError, match="within one frame"):
        Cues((0, 1.0, 1.001), (0, 100, 200), 2).on_frames(60)


READ = {
    "epoch 250": 250,
    "epoch 1,500": 1500,
    "1. start, epoch 0": 0,
    "epoch-250": 250,
    "epoch - 250": 250,
    "{\\an8}epoch 10": 10,
    "{\\pos(192,108)}<font color='#ffff00'>10</font>": 10,
    "v2.1 epoch 10": 10,
    "2nd try: epoch 1’500": 1500,
    "epoch 1500, accuracy .99": 1500,
    "epoch .5": 0.5,
    "t=−5": -5,
    "2e3": 2000,
    "10th epoch": 10,
    "epoch 250: the spiral unwinds.": 250,
    "epoch 250 (250)": 250,
    "٢٥٠": 250,
}
UNCERTAIN = [
    *(
        "epoch 1,5",
        "1 500",
        "epoch 1 500",
        "1.500.000",
        "1,500,00",
        "epoch 1.500",
        "1.500",
        "epoch 1·500",
        "epoch 10 to 20",
        "epoch 3/10",
        "3/4",
        "0:10",
    ),
    *("50 %", "2D view", "10²", "epoch 1e999", "step 3 of epoch 4", "2 layers, 100 units", "epoch"),
]


@pytest.mark.parametrize("label", READ)
def test_a_label_is_read_as_people_mean_it(label: str, tmp_path: Path) -> None:
    for name, text in (
        ("a.txt", f"1\t1\t{label}\n"),
        ("b.srt", f"1\n00:00:01,000 --> 00:00:02,000\n{label}\n"),
        ("c.csv", f'1,"{label}"\n'),
    ):
        (tmp_path / name).write_text(text, encoding="utf-8")
        assert read_cues(tmp_path / name).playheads == (READ[label],)


@pytest.mark.parametrize("label", UNCERTAIN)
def test_a_label_that_can_be_read_in_two_ways_is_refused(label: str, tmp_path: Path) -> None:
    path = tmp_path / "labels.txt"
    path.write_text(f"0\t0\tepoch 0\n1\t1\t{label}\n", encoding="utf-8")
    with pytest.raises(UnspiralError, match="line 2") as caught:
        read_cues(path)
    assert len(str(caught.value)) < 300


@pytest.mark.parametrize("line", ["0:10,1,500", "0,5,250", "0:10;1,500", "0:10;1.500"])
def test_a_row_whose_commas_can_be_read_in_two_ways_is_refused(line: str, tmp_path: Path) -> None:
    path = tmp_path / "cues.csv"
    path.write_text(line + "\n")
    with pytest.raises(UnspiralError, match="line 1"):
        read_cues(path)


def test_each_cue_begins_a_section_that_says_its_label_and_the_recording_says_how_long(tmp_path: Path) -> None:
    labels = "0.5\t0.5\tStill in the origin: epoch 0\n4.0\t6\t<i>Upright</i>, epoch 250\n8.2\t8.2\t2000\n"
    (tmp_path / "labels.txt").write_text(labels)
    cues = read_cues(tmp_path / "labels.txt").lasting(12.0)
    assert cues.frames(30) == 360 and cues(11.9) == 2000
    sections = cues.on_frames(30).sections(30)
    assert [s.name for s in sections] == ["Still in the origin: epoch 0", "Upright, epoch 250", "epoch 2000"]
    assert [s.says for s in sections] == ["Still in the origin: epoch 0", "Upright, epoch 250", ""]  # no bare numbers
    assert [(s.first, s.end) for s in sections] == [(0, 120), (120, 246), (246, 360)]
    with pytest.raises(UnspiralError, match="the recording only 5 s long"):
        cues.lasting(5.0)
