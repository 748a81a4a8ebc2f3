"""Every sentence that a scene says: its numbers are those of the run, worked out anew with torch, and what it says of
all is so.
"""

import importlib
import inspect
import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from scipy.optimize import linprog
from torch.nn.functional import cross_entropy

import scenes
from engine import FIVE_SPIRALS, THREE_SPIRALS_NARROW, record
from engine.films.lifting import lifting
from engine.recipes.named import half_learned, linear_classifier
from scenes.parts import FilmScene
from scenes.parts.pictures.pulling import Pullboard
from tests.oracles import forward_in_torch
from tests.scenes.walking import walked

NAMES = sorted(path.stem for path in Path(scenes.__file__ or "").parent.glob("*.py") if path.stem != "__init__")
COUNTING = re.compile(
    r"\d|\b(every|all|none|no|nobody|nothing|never|always|only|half|third|quarter|most|best|hundred|thousands?|two|three|"
    r"four|five|six|seven|eight|nine|ten|both|last|first)\b",
    re.IGNORECASE,
)
# what is so by definition, whatever was trained
DEFINITIONS = {
    "Each row of W is a direction, each score a projection onto it.",
    "One number: a linear sum, a similarity, a score.",
    "All but the last is the feature extractor, the last a linear classifier.",
    "The answer changes where the two highest scores are equal.",
    "Surer inside a region; at its edges two are equally likely.",
    "The first two features are x itself; the third pulls the ring out of the board.",
    "The loss of all samples: a valley over the plane of two weights.",  # the problem has two weights
    "The boundary may bend only at a fold.",
    "The same points, first weights and warm-up; the optimiser and its rate differ.",  # tested below
    "As hard at temperature 0, and soft from there.",
    "It is the embedding's own: only stretched, and shifted by the bias.",
    "The boundary looks smooth; from near, it is straight through every piece.",
    "A small step of every weight against its gradient.",
    "Somebody gave us f.",
    "An activation folds the plane along two lines, bent by the folds before it.",  # all of the scene's are two wide
    "This is not training: one trained network, from x to e.",
}


def scene(name: str) -> type[FilmScene]:
    module = importlib.import_module(f"scenes.{name}")
    return next(
        kind
        for kind in vars(module).values()
        if inspect.isclass(kind) and issubclass(kind, FilmScene) and kind.__module__ == module.__name__
    )


def said(name: str) -> dict[str, str]:
    """What each section says."""
    return {section.name: " ".join(section.said) for section in walked(scene(name))}


def numbers(text: str) -> list[float]:
    return [float(n.replace(",", "")) for n in re.findall(r"\d[\d,]*(?:\.\d+)?", text)]


def wrong(network, data) -> np.ndarray:
    return forward_in_torch(network, data.x).argmax(1).numpy() != data.y


def between(vectors) -> np.ndarray:
    """Degrees between neighbours."""
    w = torch.tensor(np.asarray(vectors, float))
    turned = torch.sort(torch.atan2(w[:, 1], w[:, 0])).values
    return torch.rad2deg(torch.diff(torch.cat([turned, turned[:1] + 2 * torch.pi]))).numpy()


@pytest.mark.parametrize("name", NAMES)
def test_a_comment_that_is_spoken_counts_nothing_that_a_run_decides(name: str) -> None:
    known = {text.lower().rstrip(".") for text in DEFINITIONS}
    source = (Path(scenes.__file__ or "").parent / f"{name}.py").read_text(encoding="utf-8")
    spoken = re.findall(r"next_section\([^#\n]*\)\s*#\s*(\S.*)", source)
    assert not [text for text in spoken if COUNTING.search(text) and text.lower() not in known], (
        "say it with says=f'…', worked out from what is shown"
    )


def test_embedding_says_what_torch_finds(five_spirals) -> None:
    words, (x, y) = said("embedding"), five_spirals.data
    outermost = float(forward_in_torch(five_spirals.at(0)[:-1], x).norm(dim=1).max())
    assert numbers(words["origin"]) == pytest.approx([outermost], rel=0.05)
    right = 100 * (1 - wrong(five_spirals.at(250), five_spirals.data).mean())
    assert numbers(words["grow"]) == pytest.approx([right], abs=0.06)
    end = five_spirals.at(2000)
    e, w = forward_in_torch(end[:-1], x), torch.tensor(end[-1].weight).double()
    off = torch.rad2deg(torch.arccos(torch.nn.functional.cosine_similarity(e, w[torch.tensor(y)]))).median()
    apart = between(end[-1].weight)
    assert numbers(words["fan"]) == pytest.approx([apart.min(), apart.max(), float(off)], abs=0.51)


def test_warping_and_unfolding_say_how_many_are_on_the_wrong_side(five_spirals) -> None:
    narrow = record(THREE_SPIRALS_NARROW)
    for name, section, run in (("warping", "answer", five_spirals), ("unfolding", "head", narrow)):
        mistakes = wrong(run.at(run.epochs[-1]), run.data)
        assert numbers(said(name)[section]) == [mistakes.sum(), len(mistakes)]


def test_class_vectors_says_how_far_apart_they_are(five_spirals) -> None:
    first, last = (between(five_spirals.at(epoch)[-1].weight) for epoch in (0, 2000))
    assert numbers(said("class_vectors")["spread"]) == pytest.approx([first.min(), last.min(), last.max()], abs=0.51)


def test_energy_says_between_what_the_probabilities_lie_and_each_class_is_lowest_on_its_arm(five_spirals) -> None:
    side = np.linspace(-1.2, 1.2, 121)
    plane = np.stack(np.meshgrid(side, side), -1).reshape(-1, 2)
    p = torch.softmax(forward_in_torch(five_spirals.at(0), plane), 1)
    words = said("energy")
    for section in ("origin", "rise"):
        assert numbers(words[section]) == pytest.approx([float(p.min()), float(p.max())], rel=0.04)
    s = forward_in_torch(five_spirals.at(2000), five_spirals.data.x)
    own = torch.stack([s[torch.tensor(five_spirals.data.y == k)].mean(0) for k in range(5)])  # arm, class
    assert (own.argmax(1) == torch.arange(5)).all()  # −s of a class is lowest, on average, on its own arm


def test_the_linear_classifier_says_what_it_gets_right_and_cuts_every_arm() -> None:
    words = said("linear_classifier")
    for name, classes in (("three", 3), ("five", 5)):
        run = record(linear_classifier(classes))
        mistakes = wrong(run.at(run.epochs[-1]), run.data)
        cut = np.bincount(run.data.y[mistakes], minlength=classes)
        assert numbers(words[f"{name}: turn"]) == [pytest.approx(100 * (1 - mistakes.mean()), abs=0.051)]
        assert numbers(words[f"{name}: mistakes"]) == [classes, cut.min(), cut.max()]
        assert cut.min() > 0 and (cut < np.bincount(run.data.y)).all()


def test_lifting_says_what_line_and_plane_get_right_and_no_line_cuts_them_apart() -> None:
    words, film = said("lifting"), lifting()
    x, y = film.flat.data
    assert numbers(words["line"]) == [
        pytest.approx(100 * (1 - wrong(film.flat.at(400), film.flat.data).mean()), abs=0.051)
    ]
    right = np.bincount(y[~wrong(film.high.at(400), film.high.data)])
    assert numbers(words["orbit"]) == [right[0], (y == 0).sum(), right[1], (y == 1).sum()]
    sides = np.column_stack([x, np.ones(len(x))]) * np.where(y, 1, -1)[:, None]  # a line w: sides @ w ≥ 1
    assert linprog(np.zeros(3), A_ub=-sides, b_ub=-np.ones(len(x)), bounds=(None, None)).status == 2  # infeasible


def test_pulling_says_what_breaks_and_how_the_point_was_chosen() -> None:
    sections = {section.name: section for section in walked(scene("pulling"))}
    words = {name: " ".join(section.said) for name, section in sections.items()}
    runs = [record(half_learned(width)) for width in (10, 100)]
    both = np.logical_and.reduce([wrong(run.at(450), run.data) for run in runs])
    assert numbers(words["one point"]) == [both.sum()]
    film = scene_films("pulling")
    x, y = runs[0].data
    losses = cross_entropy(forward_in_torch(runs[1].at(450), x), torch.tensor(y), reduction="none")[both]
    own = cross_entropy(forward_in_torch(runs[1].at(450), x), torch.tensor(y), reduction="none")[film[0].pulled]
    assert own == losses.median()  # torch's median is the lower of two
    shares = []
    for pulled, run in zip(film, runs):
        before, after = (wrong(pulled.networks[k], run.data) for k in (0, -1))
        others = np.arange(len(y)) != pulled.pulled
        shares.append(100 * (~before & after)[others].sum() / (~before)[others].sum())
    assert numbers(words["pull"])[::2] == pytest.approx(shares, abs=0.1)
    *_, board = [shown for shown in sections["stay"].shown if isinstance(shown, Pullboard)]
    told = []
    for frame, run in zip(board.frames, runs):
        e, k = torch.tensor(frame.points), frame.pulled
        went = (e - forward_in_torch(run.at(450)[:-1], x)).norm(dim=1)
        far = torch.tensor(np.linalg.norm(x.astype(float) - x[k], axis=1) > 0.5)
        loss = cross_entropy(forward_in_torch(run.at(450)[-1:], e[k : k + 1]), torch.tensor(y[k : k + 1]))
        told += [run.recipe.hidden[0], float(went[far].mean() / went[k]), float(loss)]
    assert numbers(words["stay"]) == pytest.approx(told, abs=0.006)


def scene_films(name: str):
    from engine.films.pulling import pulling, typical_mistake

    runs = [record(half_learned(width)) for width in (10, 100)]
    networks, data = [run.at(450) for run in runs], runs[0].data
    point = typical_mistake(networks, data)
    return [pulling(network, data, point) for network in networks]


def test_folds_says_how_many_units_and_pieces_there_are(monkeypatch: pytest.MonkeyPatch, small) -> None:
    monkeypatch.setattr("scenes.folds.FIVE_SPIRALS", small.recipe)
    layer, extent = small.at(small.epochs[-1])[0], float(f"{1.2 * np.abs(small.data.x[::8]).max():.2g}")
    w, b = torch.tensor(layer.weight).double(), torch.tensor(layer.bias).double()
    corners = extent * torch.tensor([[-1.0, -1], [-1, 1], [1, -1], [1, 1]]).double()
    cut = (corners @ w.T + b > 0).sum(0) % 4 != 0  # a unit's line passes between corners of the square
    pairs = [(i, j) for i in range(len(b)) for j in range(i) if cut[i] and cut[j]]
    meetings = [torch.linalg.solve(w[[i, j]], -b[[i, j]]) for i, j in pairs]
    inside = sum(bool((at.abs() < extent).all()) for at in meetings)
    assert numbers(said("folds")["wide"]) == [cut.sum(), len(b), 1 + cut.sum() + inside]  # Euler's, for lines


def test_width_says_what_each_width_gets_right(monkeypatch: pytest.MonkeyPatch) -> None:
    spirals = replace(FIVE_SPIRALS, parameters={"points": 20}, epochs=30, upright=None)
    monkeypatch.setattr("scenes.width.SPIRALS", spirals)
    monkeypatch.setattr("scenes.width.WIDTHS", (2, 9))
    monkeypatch.setattr("scenes.width.SEEDS", (4, 5, 6))
    runs = [record(replace(spirals, hidden=(width,), seed=4)) for width in (2, 9)]  # a panel's is the first seed
    right = [100 * (1 - wrong(run.at(30), run.data).mean()) for run in runs]
    words = said("width")
    assert numbers(words["start"]) == [2]
    assert numbers(words["train"]) == pytest.approx([right[0], 2, right[1], 9], abs=0.051)
    assert numbers(words["accuracies"]) == [3]


def test_compare_says_what_both_get_right(monkeypatch: pytest.MonkeyPatch, small) -> None:
    adam = replace(small.recipe, optimiser="adam", learning_rate=0.01)
    monkeypatch.setattr("scenes.compare.SGD", small.recipe)
    monkeypatch.setattr("scenes.compare.ADAM", adam)
    right = [100 * (1 - wrong(run.at(30), run.data).mean()) for run in (record(adam), small)]
    assert right[0] != right[1] and numbers(said("compare")["train"]) == pytest.approx(right, abs=0.051)


def test_feature_tour_and_network_say_the_widths() -> None:
    learning = walked(scene("feature_tour"), until=("learning", 0.5))[-1]
    assert numbers(learning.said[0]) == [FIVE_SPIRALS.hidden[0]]
    assert said("network")["sizes"] == "2 → 100 → 2 → 5"
    assert FIVE_SPIRALS.hidden == (100,) and FIVE_SPIRALS.embedding == 2


def test_compare_changes_the_optimiser_and_nothing_else() -> None:
    from scenes.compare import ADAM, SGD

    differ = {key for key, value in ADAM.as_dict().items() if value != SGD.as_dict()[key]}
    assert differ == {"optimiser", "learning_rate"}
