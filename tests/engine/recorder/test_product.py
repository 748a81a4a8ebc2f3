"""A classifier that is no module, as beginners write it: weights of a model's own that its forward multiplies with."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from engine import NotRecorded, Recorder, Run, UnspiralError, training

X = torch.randn(60, 2, generator=torch.Generator().manual_seed(0))
Y = (X[:, 0] > 0).long() + (X[:, 1] > 0).long()


class Own(nn.Module):
    """Trunk and head by hand; `scores` says how."""

    def __init__(self, scores: Callable[["Own", Tensor], Tensor], classes: int = 3) -> None:
        super().__init__()
        random = torch.Generator().manual_seed(1)
        self.first = nn.Parameter(torch.randn(12, 2, generator=random))
        self.second = nn.Parameter(torch.randn(12, 2, generator=random))
        self.rows = nn.Parameter(torch.randn(classes, 2, generator=random))
        self.columns = nn.Parameter(torch.randn(2, classes, generator=random))
        self.bias = nn.Parameter(torch.randn(classes, generator=random))
        self.scores = scores

    def embedding(self, x: Tensor) -> Tensor:
        return torch.relu(F.linear(x, self.first)) @ self.second

    def forward(self, x: Tensor) -> Tensor:
        return self.scores(self, self.embedding(x))


WAYS: dict[str, Callable[[Own, Tensor], Tensor]] = {
    "columns and bias": lambda m, e: e @ m.columns + m.bias,
    "rows transposed": lambda m, e: torch.matmul(e, m.rows.t()),
    "functional": lambda m, e: F.log_softmax(F.linear(e, m.rows, m.bias), 1),
    "addmm": lambda m, e: torch.addmm(m.bias, e, m.columns).softmax(1),
    "einsum": lambda m, e: torch.einsum("nd,kd->nk", e, m.rows) / 0.7,
    "sum": lambda m, e: (e[:, None] * m.rows).sum(-1).log_softmax(1),
    "batches": lambda m, e: torch.bmm(e[:, None], m.columns.expand(len(e), -1, -1))[:, 0],
    "squares": lambda m, e: -((e[:, None] - m.rows) ** 2).sum(-1),
    "square of cdist": lambda m, e: torch.softmax(-(torch.cdist(e, m.rows) ** 2), 1),
    "multiplied out": lambda m, e: 2 * e @ m.rows.t() - (e**2).sum(1, keepdim=True) - (m.rows**2).sum(1),
    "norm": lambda m, e: -(e[:, None] - m.rows).norm(dim=-1),
    "cdist": lambda m, e: -torch.cdist(e, m.rows),
}


@pytest.mark.filterwarnings("ignore:the scores are distances")
@pytest.mark.parametrize("way", WAYS)
def test_what_a_models_own_weights_are_multiplied_with_is_the_embedding(tmp_path: Path, way: str) -> None:
    model, path = Own(WAYS[way]), tmp_path / "own.safetensors"
    optimiser, seen = torch.optim.SGD(model.parameters(), 0.1), []
    with Recorder(path, model, X, Y) as recorder:
        for epoch in range(3):
            seen.append((model.embedding(X).detach(), model(X).detach().argmax(1)))
            loss = F.nll_loss(torch.log_softmax(model(X), 1), Y)
            recorder.snapshot(epoch)
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
    run = Run.load(path)
    for epoch, (e, answers) in enumerate(seen):
        assert np.allclose(run.embedding(epoch), e, atol=1e-6)
        frame = training(run)(epoch)
        assert frame.readings["accuracy"] == pytest.approx(float((answers == Y).float().mean()))
        assert np.array_equal(frame.wrong, (answers != Y).numpy()) and len(frame.regions) == 3


def test_a_single_logit_of_own_weights_has_two_half_planes(tmp_path: Path) -> None:
    model = Own(lambda m, e: (e @ m.columns + m.bias)[:, 0], classes=1)
    with Recorder(tmp_path / "one.safetensors", model, X, (X[:, 0] > 0).float()) as recorder:
        recorder.snapshot(0)
    run = Run.load(tmp_path / "one.safetensors")
    rows = run.classifier(0).weight
    assert np.allclose(rows, np.stack([np.zeros(2), model.columns.detach()[:, 0]]))


SHARED = {way: WAYS[way] for way in ("squares", "square of cdist", "multiplied out", "einsum")}


@pytest.mark.parametrize("way", SHARED)
def test_the_loss_of_scores_that_are_linear_up_to_what_all_classes_share_is_the_models_own(
    tmp_path: Path, way: str
) -> None:
    model, path = Own(SHARED[way]), tmp_path / "shared.safetensors"
    with Recorder(path, model, X, Y) as recorder:
        recorder.snapshot(0)
    given = model(X).detach()
    probabilities = given if "cdist" in way else given.softmax(1)
    assert Run.load(path).loss[0] == pytest.approx(float(F.nll_loss(probabilities.log(), Y)), rel=1e-4)
    if way == "squares":  # |e - w|² is |e|² - 2 w e + |w|²
        weight, bias = Run.load(path).classifier(0)
        rows = model.rows.detach().numpy()
        assert np.allclose(weight, 2 * rows, atol=1e-4) and np.allclose(bias, -(rows**2).sum(1), atol=1e-3)


def test_the_smallest_of_distances_is_the_answer(tmp_path: Path) -> None:
    model, path = Own(lambda m, e: torch.cdist(e, m.rows) ** 2), tmp_path / "far.safetensors"
    with Recorder(path, model, X, Y) as recorder:
        recorder.snapshot(0)
    assert np.array_equal(Run.load(path).scores(0).argmax(1), model(X).detach().argmin(1))


def test_of_distances_that_are_no_squares_it_is_said_that_the_loss_is_another(tmp_path: Path) -> None:
    model, path = Own(lambda m, e: torch.cdist(e, m.rows)), tmp_path / "far.safetensors"
    with pytest.warns(NotRecorded, match="the loss that films work out is that of the squares"):
        recorder = Recorder(path, model, X, Y)
    with recorder:
        recorder.snapshot(0)
    assert np.array_equal(Run.load(path).scores(0).argmax(1), model(X).detach().argmin(1))


@pytest.mark.parametrize("bend", [torch.nn.Identity(), torch.sigmoid], ids=["logits", "probabilities"])
def test_classes_lie_between_thresholds_along_one_direction(tmp_path: Path, bend: Callable[[Tensor], Tensor]) -> None:
    model = Own(lambda m, e: bend(e @ m.rows[:1].T - torch.tensor([-1.0, 0.5])))
    path = tmp_path / "ordered.safetensors"
    with pytest.warns(NotRecorded, match="thresholds along one direction.*not the model's own"):
        recorder = Recorder(path, model, X, Y)
    with recorder:
        recorder.snapshot(0)
    passed = (model(X) > float(bend(torch.zeros(1)))).sum(1)
    assert len(set(passed.tolist())) == 3 and np.array_equal(Run.load(path).scores(0).argmax(1), passed)


@pytest.mark.parametrize(
    "scores",
    [
        lambda m, e: torch.sin(e @ m.columns),
        lambda m, e: e @ m.columns[:, :2],
        lambda m, e: -(torch.cdist(e, torch.stack([e[Y[: len(e)] == k].mean(0) for k in range(3)])) ** 2),
    ],
    ids=["bent", "too few", "of the others"],
)
def test_scores_that_are_linear_in_nothing_are_refused(tmp_path: Path, scores: Callable[[Own, Tensor], Tensor]) -> None:
    with pytest.raises(UnspiralError, match="computes with weights of its own"):
        Recorder(tmp_path / "none.safetensors", Own(scores), X, Y)


def test_a_hidden_layer_is_never_taken_for_the_classifier_of_scores_that_another_step_gives(tmp_path: Path) -> None:
    class Both(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.hidden, self.pairs = nn.Linear(2, 16), nn.Bilinear(16, 2, 3)

        def forward(self, x: Tensor) -> Tensor:
            return self.pairs(torch.relu(self.hidden(x)), x)

    with pytest.raises(UnspiralError, match=r"gives 3 scores .* linear in nothing .* embedding='hidden'"):
        Recorder(tmp_path / "hidden.safetensors", Both(), X, Y)


def test_a_module_of_prototypes_is_a_classifier_whose_rows_are_twice_these(tmp_path: Path) -> None:
    class Prototypes(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.at = nn.Parameter(torch.randn(3, 2, generator=torch.Generator().manual_seed(2)))

        def forward(self, e: Tensor) -> Tensor:
            return -(torch.cdist(e, self.at) ** 2)

    model = nn.Sequential(nn.Linear(2, 8), nn.ReLU(), nn.Linear(8, 2), Prototypes())
    with Recorder(tmp_path / "prototypes.safetensors", model, X, Y) as recorder:
        recorder.snapshot(0)
    weight, bias = Run.load(tmp_path / "prototypes.safetensors").classifier(0)
    at = model[3].at.detach().numpy()
    assert np.allclose(weight, 2 * at, atol=1e-4) and np.allclose(bias, -(at**2).sum(1), atol=1e-4)


def test_a_layer_that_rewrites_its_weights_is_left_as_it_was_where_no_module_is_the_classifier(tmp_path: Path) -> None:
    class Words(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.words, self.rows = nn.Embedding(9, 4, max_norm=0.5), nn.Parameter(torch.randn(3, 4))

        def forward(self, tokens: Tensor) -> Tensor:
            return -(torch.cdist(self.words(tokens).mean(1), self.rows) ** 2)

    model, tokens = Words(), torch.randint(0, 9, (60, 5), generator=torch.Generator().manual_seed(0))
    before = model.words.weight.detach().clone()
    with Recorder(tmp_path / "words.safetensors", model, tokens, Y) as recorder:
        recorder.snapshot(0)
    assert torch.equal(model.words.weight, before)
    assert np.array_equal(
        Run.load(tmp_path / "words.safetensors").scores(0).argmax(1), model(tokens).detach().argmax(1)
    )


def test_weights_that_are_used_no_longer_are_named(tmp_path: Path) -> None:
    model = Own(WAYS["columns and bias"])
    with Recorder(tmp_path / "changed.safetensors", model, X, Y) as recorder:
        recorder.snapshot(0)
        model.scores = WAYS["functional"]
        with pytest.raises(UnspiralError, match="it no longer multiplies with its weights 'columns'"):
            recorder.snapshot(1)


def test_it_is_said_where_a_model_answers_otherwise_than_its_classifier(tmp_path: Path) -> None:
    class Neighbours(nn.Module):
        """A step of a graph comes after the scores."""

        def __init__(self) -> None:
            super().__init__()
            self.last, self.near = nn.Linear(2, 3), torch.softmax(3 * X @ X.T, 1)

        def forward(self, x: Tensor) -> Tensor:
            return self.near @ self.last(x) if len(x) == len(self.near) else self.last(x)

    with pytest.warns(NotRecorded, match=r"of 60 points the model answers \d+ otherwise than the scores of 'last'"):
        recorder = Recorder(tmp_path / "graph.safetensors", Neighbours(), X, Y)
    with recorder:
        recorder.snapshot(0)
