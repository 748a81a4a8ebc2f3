from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from engine import Labelled, Recipe, UnspiralError, labelled, spirals
from engine.recipes.data import DATASETS, hold_out, read_points


@pytest.mark.parametrize("name", DATASETS)
def test_a_data_set_is_a_function_of_its_seed(name: str) -> None:
    make = DATASETS[name]
    first, again, other = make(1, points=50), make(1, points=50), make(2, points=50)
    assert np.array_equal(first.x, again.x) and np.array_equal(first.y, again.y)
    assert not np.array_equal(first.x, other.x)


@pytest.mark.parametrize("name", DATASETS)
def test_a_data_set_holds_as_many_points_of_each_class_and_fits_a_recipe(name: str) -> None:
    data, held = Recipe(data=name, parameters={"points": 40}).points()
    classes, counts = np.unique(data.y, return_counts=True)
    assert classes.tolist() == list(range(len(classes))) and set(counts) == {40}
    assert len(data.x) == 40 * len(classes) and np.isfinite(data.x).all() and not held.any()
    assert labelled(*data).y.dtype == np.int64


def test_spirals_have_the_lecturers_two_forms() -> None:
    # without noise an arm of the lecture starts at the origin, one of the notebook at a fifth of its length
    for inner, start in ((0.0, 0.0), (0.2, 0.2)):
        arm = spirals(0, points=11, inner=inner, noise=0).x[:11]
        assert np.allclose(np.hypot(*arm.T), np.linspace(start, 1, 11))
    angle = np.unwrap(np.arctan2(*spirals(0, points=101, noise=0).x[1:101].T))
    assert np.isclose(angle[-1] - angle[0], 2 * np.pi / 5 * 2 * 0.99)  # φ runs over 2π (2 + c)/C − 2π c/C


def test_blobs_beyond_the_plane_have_unit_centres() -> None:
    data = DATASETS["blobs"](0, classes=4, points=3, spread=0, dimensions=7)
    assert data.x.shape == (12, 7) and np.allclose(np.linalg.norm(data.x, axis=1), 1)


def test_own_lists_become_checked_arrays() -> None:
    data = labelled([[0, 1], [2, 3], [4, 5]], [0, 2.0, 1])
    assert data.x.dtype == float and data.y.tolist() == [0, 2, 1] and data.y.dtype == np.int64
    assert labelled([[0.0], [1.0]], [True, False]).y.tolist() == [1, 0]


@pytest.mark.parametrize(
    ("x", "y", "said"),
    [
        ([1, 2, 3], [0, 0, 0], "x has shape (3,); it needs one row per point"),
        ([[1, 2], [3, 4]], [0], "x has 2 rows and y has shape (1,)"),
        ([[1, 2]], [[0]], "x has 1 rows and y has shape (1, 1)"),
        (np.zeros((0, 2)), [], "empty"),
        (np.zeros((2, 0)), [0, 1], "needs one row per point"),
        ([[1, 2], [3]], [0, 1], "rows of different lengths"),
        ([["a", 2]], [0], "must hold real numbers"),
        ([[1j, 2]], [0], "must hold real numbers"),
        ([[1, 2]], ["red"], "whole numbers 0, 1, 2"),
        ([[1, 2]], [0.5], "labels are not whole"),
        ([[1, 2]], [np.nan], "labels are not whole"),
        ([[1, 2]], [None], "whole numbers 0, 1, 2"),
        ([[1, 2]], [-1], "labels run from -1 to -1; expected 0, 1, 2"),
        ([[1, 2]], [2024], "labels run from 2024 to 2024; expected 0, 1, 2"),
        ([[1, 2]], [1e300], "expected 0, 1, 2"),
        ([[1, 2], [np.nan, 0], [0, np.inf]], [0, 0, 0], "NaN or infinity in 2 of 3 rows, first in row 1"),
    ],
)
def test_points_that_do_not_fit_are_refused_in_one_line(x: object, y: object, said: str) -> None:
    with pytest.raises(UnspiralError) as caught:
        labelled(x, y)  # type: ignore[arg-type]
    assert said in str(caught.value) and "\n" not in str(caught.value)


def test_labels_beyond_the_classes_are_refused() -> None:
    with pytest.raises(UnspiralError, match=r"labels run from 0 to 5; expected 0 … 4"):
        labelled([[0, 0], [1, 1]], [0, 5], classes=5)


@given(hnp.arrays(np.float64, st.tuples(st.integers(1, 20), st.integers(1, 4))), st.data())
def test_any_array_is_accepted_whole_or_refused(x: np.ndarray, draw: st.DataObject) -> None:
    y = draw.draw(hnp.arrays(np.int64, st.integers(1, 20), elements=st.integers(-2, 8)))
    fits = len(x) == len(y) and np.isfinite(x).all() and y.min() >= 0 and y.max() < 7
    try:
        data = labelled(x, y, classes=7)
    except UnspiralError:
        assert not fits
    else:
        assert fits and np.array_equal(data.x, x) and np.array_equal(data.y, y)


def test_points_come_from_npz_and_csv(tmp_path: Path) -> None:
    x, y = np.array([[0.5, 1], [2, 3e-7], [-1, 4]]), np.array([0, 1, 1])
    np.savez(tmp_path / "points.npz", x=x, y=y)
    table = "0.5,1,0\n2,3e-7,1\n\n-1,4,1\n"
    (tmp_path / "plain.csv").write_text(table)
    (tmp_path / "header.csv").write_text("x1,x2,label\n" + table)
    (tmp_path / "excel.csv").write_bytes(b"\xef\xbb\xbf" + table.replace("\n", "\r\n").encode())
    for name in ("points.npz", "plain.csv", "header.csv", "excel.csv"):
        data = read_points(tmp_path / name)
        assert np.array_equal(data.x, x) and np.array_equal(data.y, y), name


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("a.txt", b"1,2,0", "neither .npz"),
        ("a.csv", b"", "holds no points"),
        ("a.csv", b"x,y,label\n", "holds no points"),
        ("a.csv", b"1;2;0\n3;4;1\n", "separated by commas"),
        ("a.csv", b"1,2,0\n3,4\n", "line 2 has 2 columns, those before it 3"),
        ("a.csv", b"1,2,0\n3,red,1\n", "line 2 holds 'red', which is not a number"),
        ("a.csv", b"1,2,0\nnan,4,1\n", "NaN or infinity in 1 of 2 rows"),
        ("a.csv", b"\xff\xfe1,2", "not text in UTF-8"),
        ("a.npz", b"", "not a file of arrays"),
        ("a.npz", b"not a zip", "not a file of arrays"),
        ("a.npz", b"PK\x03\x04 but no more", "not a file of arrays"),
    ],
)
def test_files_that_hold_no_points_are_refused_by_name(tmp_path: Path, name: str, content: bytes, said: str) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(UnspiralError) as caught:
        read_points(path)
    assert said in str(caught.value) and str(path) in str(caught.value) and "\n" not in str(caught.value)


def test_archives_with_other_arrays_or_pickles_are_refused(tmp_path: Path) -> None:
    np.savez(tmp_path / "other.npz", points=[[0, 1]])
    with pytest.raises(UnspiralError, match="two arrays named x and y"):
        read_points(tmp_path / "other.npz")
    np.savez(tmp_path / "code.npz", x=np.array([print, 1], dtype=object), y=[0, 1])
    with pytest.raises(UnspiralError, match="not a file of arrays"):
        read_points(tmp_path / "code.npz")
    whole = (tmp_path / "other.npz").read_bytes()
    (tmp_path / "cut.npz").write_bytes(whole[: len(whole) // 2])
    with pytest.raises(UnspiralError, match="not a file of arrays"):
        read_points(tmp_path / "cut.npz")
    with pytest.raises(UnspiralError, match="No such file"):
        read_points(tmp_path / "absent.npz")


@given(st.lists(st.integers(0, 3), min_size=1, max_size=60), st.floats(0, 0.9), st.integers(0, 5))
def test_held_out_points_are_a_share_of_each_class_and_never_a_whole_one(y: list[int], share: float, seed: int) -> None:
    labels = np.array(y)
    data = Labelled(np.zeros((len(y), 2)), labels)
    mask = hold_out(data, share, seed)
    assert np.array_equal(mask, hold_out(data, share, seed))
    for c in np.unique(labels):
        members, kept = (labels == c).sum(), mask[labels == c].sum()
        assert kept < members
        assert abs(kept - share * members) <= 1
