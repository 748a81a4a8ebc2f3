"""Recording somebody's own training loop: it is not disturbed, and nothing recorded is lost or made up."""

import random
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import nn

from engine import Diverged, NotRecorded, Run, UnspiralError, spirals, training
from engine.network.layers import Linear
from engine.recorder.recorder import Recorder
from engine.runs.upright import turn_onto

DATA = spirals(0, points=40, inner=0.2)


@pytest.fixture(autouse=True)
def one_thread():
    threads = torch.get_num_threads()
    torch.set_num_threads(1)  # models this small only wait for a second one
    yield
    torch.set_num_threads(threads)


def seeded(make, seed: int = 0) -> nn.Module:
    torch.manual_seed(seed)
    return make()


def notebook() -> nn.Module:
    return nn.Sequential(nn.Linear(2, 30), nn.ReLU(), nn.Linear(30, 2), nn.Linear(2, 5))


def normalised() -> nn.Module:
    hidden = nn.Sequential(nn.Linear(2, 30), nn.BatchNorm1d(30), nn.ReLU(), nn.Dropout(0.3), nn.Linear(30, 2))
    return nn.Sequential(hidden, nn.Linear(2, 5))


class Residual(nn.Module):
    def __init__(self, width: int = 2) -> None:
        super().__init__()
        self.first = nn.Linear(2, 24)
        self.block = nn.Sequential(nn.Linear(24, 24), nn.ReLU(), nn.Linear(24, 24))
        nn.init.zeros_(self.block[2].weight)  # as residual blocks often begin: at first it is a chain
        nn.init.zeros_(self.block[2].bias)
        self.embed = nn.Linear(24, width)
        self.classify = nn.Linear(width, 5)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        h = torch.relu(self.first(x))
        return self.classify(self.embed(h + self.block(h)))


def bounded() -> nn.Module:
    normed = [torch.nn.utils.parametrizations.spectral_norm(nn.Linear(a, b)) for a, b in ((30, 2), (2, 5))]
    return nn.Sequential(nn.Linear(2, 30), nn.ReLU(), *normed)


class Written(nn.Module):
    """A chain by hand: layers registered in another order, one activation used twice, a loss and a spare layer."""

    def __init__(self) -> None:
        super().__init__()
        self.out = nn.Linear(2, 5)
        self.loss = nn.CrossEntropyLoss()
        self.spare = nn.Linear(3, 3)
        self.act = nn.LeakyReLU(0.1)
        self.one, self.two, self.three = nn.Linear(2, 20), nn.Linear(20, 20, bias=False), nn.Linear(20, 2)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.out(self.three(self.act(self.two(self.act(self.one(x))))))


def tanh() -> nn.Module:
    return nn.Sequential(
        nn.Flatten(), nn.Linear(2, 9), nn.Tanh(), nn.Dropout(0.5), nn.Linear(9, 2), nn.Identity(), nn.Linear(2, 5)
    )


MODELS = {
    "notebook": (notebook, "2", "3", True),
    "normalised": (normalised, "0", "1", False),
    "residual": (Residual, "embed", "classify", False),
    "bounded": (bounded, "2", "3", False),
    "written": (Written, "three", "out", True),
    "tanh": (tanh, "4", "6", True),
}


def trained(model: nn.Module, path: Path | None, names=("2", "3"), epochs=range(6), optimiser=None, data=DATA):
    """The lecturer's loop; the embeddings that torch gives after each step, in eval mode, where it is recorded."""
    dtype = next(model.parameters()).dtype
    x, y = torch.tensor(data.x, dtype=dtype), torch.tensor(data.y)
    optimiser = optimiser or torch.optim.Adam(model.parameters(), lr=1e-2, weight_decay=1e-5)
    recorder = Recorder(path, model, x, y, *names) if path else None
    seen = []
    for epoch in epochs:
        loss = nn.functional.cross_entropy(model(x[torch.randperm(len(x))[:100]]), y[:100])
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        if recorder is not None:
            recorder.snapshot(epoch, loss=loss, drawn=np.random.rand() + random.random())
    if recorder is not None:
        recorder.close()
        copy = {}
        with torch.no_grad():
            model.eval()
            hook = dict(model.named_modules())[names[0]].register_forward_hook(lambda *a: copy.update(e=a[2]))
            scores = model(x)
            hook.remove()
        seen = [copy["e"].float().numpy(), scores.float().numpy()]
    return torch.cat([p.detach().flatten() for p in model.parameters()]), seen


@pytest.mark.parametrize("name", MODELS)
def test_training_with_the_recorder_is_bit_identical_and_its_film_is_torchs_forward_pass(tmp_path, name):
    make, embedding, classifier, known = MODELS[name]
    numbers = []
    for path in (None, tmp_path / "run.safetensors"):
        random.seed(1), np.random.seed(1)
        model = seeded(make)
        weights, seen = trained(model, path, (embedding, classifier))
        numbers.append((weights, torch.rand(3), random.random() if path is None else None))
        if path is None:
            random.seed(1), np.random.seed(1)
    assert torch.equal(numbers[0][0], numbers[1][0]) and torch.equal(numbers[0][1], numbers[1][1])
    run = Run.load(tmp_path / "run.safetensors")
    assert (run.trajectories is None) == known and not run.unfinished
    assert run.epochs.tolist() == list(range(6)) and list(run.metrics) == ["drawn", "loss"]
    e, scores = seen
    extent = np.abs(e).max()
    film = training(run)
    frame = film(5)
    assert np.abs(frame.points - e).max() < 1e-5 * extent
    last = run.classifier(5)
    assert np.allclose(e @ last.weight.T + last.bias, scores, atol=1e-4)
    assert np.array_equal(frame.wrong, scores.argmax(1) != DATA.y)
    assert len(frame.class_vectors) == len(frame.regions) == 5 and len(frame.lines.starts) == 43


@pytest.mark.parametrize("name", ["normalised", "residual"])
def test_lines_of_a_model_that_is_not_a_chain_are_its_own_image_of_the_grid(tmp_path, name):
    make, embedding, classifier, _ = MODELS[name]
    model = seeded(make)
    trained(model, tmp_path / "run.safetensors", (embedding, classifier))
    run = Run.load(tmp_path / "run.safetensors")
    begin, end = run.trajectories.segments[7]
    line = torch.tensor(np.linspace(begin, end, 201), dtype=torch.float32)
    kept = []
    dict(model.named_modules())[embedding].register_forward_hook(lambda *a: kept.append(a[2].detach().numpy()))
    model.eval()(line)
    lines = training(run)(5).lines
    assert np.allclose(lines.vertices[lines.starts[7] : lines.starts[8]], kept[0], atol=1e-5)


def test_modes_gradients_hooks_and_random_numbers_are_left_as_they_were(tmp_path):
    model = seeded(normalised)
    model[0][1].eval()  # a lecturer's frozen normalisation among layers in training
    x = torch.tensor(DATA.x, dtype=torch.float32)
    model(x).sum().backward()
    gradients = [p.grad.clone() for p in model.parameters()]
    buffers = [b.clone() for b in model.buffers()]
    modes = [m.training for m in model.modules()]
    torch.manual_seed(5), np.random.seed(5), random.seed(5)
    with Recorder(tmp_path / "run.safetensors", model, x, DATA.y, "0", "1") as recorder:
        recorder.snapshot(0)
    drawn = torch.rand(2), np.random.rand(), random.random()
    torch.manual_seed(5), np.random.seed(5), random.seed(5)
    assert torch.equal(drawn[0], torch.rand(2)) and drawn[1:] == (np.random.rand(), random.random())
    assert all(torch.equal(p.grad, g) for p, g in zip(model.parameters(), gradients))
    assert all(map(torch.equal, model.buffers(), buffers)) and [m.training for m in model.modules()] == modes
    assert not any(m._forward_hooks for m in model.modules())


def test_compiled_wrapped_and_frozen_models_are_recorded_as_what_they_wrap(tmp_path):
    for number, wrap in enumerate((lambda m: torch.compile(m, backend="eager"), nn.DataParallel, lambda m: m)):
        model = seeded(notebook)
        model[0].requires_grad_(False)
        wrapped = wrap(model)
        for names in (("2", "3"), [n for n, m in wrapped.named_modules() if m in (model[2], model[3])]):
            path = tmp_path / f"{number}.safetensors"
            with Recorder(path, wrapped, DATA.x, DATA.y, *names) as recorder:
                recorder.snapshot(0)
            run = Run.load(path)
            assert run.trajectories is None and np.array_equal(run.at(0)[0].weight, model[0].weight.detach().numpy())


def test_a_compiled_model_in_training_is_neither_compiled_again_nor_changed(tmp_path):
    weights = []
    with torch._dynamo.config.patch(error_on_recompile=True):
        for path in (None, tmp_path / "run.safetensors"):
            torch._dynamo.reset()
            model = seeded(normalised)
            compiled, x, y = torch.compile(model, backend="eager"), torch.tensor(DATA.x).float(), torch.tensor(DATA.y)
            optimiser = torch.optim.Adam(model.parameters(), lr=1e-2)
            recorder = Recorder(path, compiled, x, y, "0", "1") if path else None
            for epoch in range(3):
                loss = nn.functional.cross_entropy(compiled(x), y)
                optimiser.zero_grad()
                loss.backward()
                optimiser.step()
                if recorder:
                    recorder.snapshot(epoch, loss=loss)
            if recorder:
                recorder.close()
            weights.append(torch.cat([p.detach().flatten() for p in model.parameters()]))
    assert torch.equal(*weights)


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16, torch.float64])
def test_weights_of_any_width_are_recorded_without_loss(tmp_path, dtype):
    model = seeded(notebook).to(dtype)
    with Recorder(tmp_path / "run.safetensors", model, DATA.x, DATA.y, "2", "3") as recorder:
        recorder.snapshot(0)
        with torch.no_grad():
            model[0].weight.mul_(2)
        recorder.snapshot(1)
    weight = Run.load(tmp_path / "run.safetensors").at(1)[0].weight
    assert np.array_equal(weight, model[0].weight.detach().to(torch.float64).numpy())
    assert weight.dtype == (np.float64 if dtype == torch.float64 else np.float32)


def test_weights_that_move_to_other_memory_are_still_the_ones_recorded(tmp_path):
    model = seeded(notebook)
    with Recorder(tmp_path / "run.safetensors", model, DATA.x, DATA.y, "2", "3") as recorder:
        recorder.snapshot(0)
        model[0].weight.data = model[0].weight.data * 3
        recorder.snapshot(1)
        model[2].weight = nn.Parameter(model[2].weight.detach() + 1)
        recorder.snapshot(2)
        model.load_state_dict({k: v + 2 for k, v in model.state_dict().items()})
        recorder.snapshot(2.5)
    run = Run.load(tmp_path / "run.safetensors")
    first, _, third, _ = run.at(2.5)
    assert np.array_equal(first.weight, model[0].weight.detach().numpy())
    assert np.array_equal(third.weight, model[2].weight.detach().numpy())
    assert np.array_equal(run.at(1)[0].weight, 3 * run.at(0)[0].weight)


def test_images_go_through_a_convolution_and_have_no_grid(tmp_path):
    images, y = torch.rand(30, 1, 8, 8), torch.arange(30) % 10
    parts = (nn.Conv2d(1, 4, 3), nn.ReLU(), nn.Flatten(), nn.Linear(144, 3), nn.Linear(3, 10))
    model = seeded(lambda: nn.Sequential(*parts))
    with Recorder(tmp_path / "run.safetensors", model, images, y, "3", "4") as recorder:
        recorder.snapshot(0, loss=2.3)
        recorder.snapshot(10)
    run = Run.load(tmp_path / "run.safetensors")
    assert run.points.x.shape == (30, 64) and run.width == 3 and run.lines(0).shape == (0, 201, 3)
    frame = training(run)(10)
    assert frame.points.shape == (30, 2) and frame.lines.vertices.shape == (0, 2) and "principal axes" in frame.caption


def test_a_slope_that_films_do_not_know_is_recorded_by_its_embedding(tmp_path):
    model = seeded(lambda: nn.Sequential(nn.Linear(2, 9), nn.LeakyReLU(1.5), nn.Linear(9, 2), nn.Linear(2, 5)))
    with recorded(tmp_path, model=model) as recorder:
        recorder.snapshot(0, **{"val/loss": 2.0})
    run = Run.load(tmp_path / "run.safetensors")
    assert run.trajectories is not None and run.metrics["val/loss"] == [2.0]


def test_metrics_may_come_and_go(tmp_path):
    with Recorder(tmp_path / "run.safetensors", seeded(notebook), DATA.x, DATA.y, "2", "3") as recorder:
        recorder.snapshot(0, loss=torch.tensor(2.0, requires_grad=True))
        recorder.snapshot(0.5, loss=np.float32(1.5), seen=3)
        recorder.snapshot(7, loss=None)
    run = Run.load(tmp_path / "run.safetensors")
    assert run.epochs.tolist() == [0, 0.5, 7]
    assert np.array_equal(run.metrics["loss"], [2, 1.5, np.nan], equal_nan=True)
    assert np.array_equal(run.metrics["seen"], [np.nan, 3, np.nan], equal_nan=True)
    frame = training(run)(3)
    assert frame.readings["seen"] == 3 and frame.measured["seen"] == 0.5


def test_an_unfinished_recording_opens_under_either_name_and_says_so(tmp_path):
    path = tmp_path / "run.safetensors"
    model = seeded(notebook)
    recorder = Recorder(path, model, DATA.x, DATA.y, "2", "3")
    with pytest.raises(UnspiralError, match="no whole snapshot yet"):
        Run.load(path)
    for epoch in range(3):
        recorder.snapshot(epoch, loss=1.0)
        for name in (path, f"{path}.journal"):
            run = Run.load(name)
            assert len(run.epochs) == epoch + 1 and "not closed" in run.unfinished
            assert np.array_equal(run.at(epoch)[0].weight, model[0].weight.detach().numpy())
    with open(f"{path}.journal", "ab") as journal:
        journal.write(b"half a row")  # as when the machine stops while it writes
    assert len(Run.load(path).epochs) == 3
    recorder._journal.close()
    recorder._unlock()
    with pytest.warns(UserWarning, match="its 3 snapshots are kept"):
        other = Recorder(path, model, DATA.x, DATA.y, "2", "3")
    other.snapshot(0)
    other.close()
    assert len(Run.load(path).epochs) == 1 and not Run.load(path).unfinished
    assert len(Run.load(tmp_path / "run-unfinished-1.safetensors").epochs) == 3
    assert {p.name for p in tmp_path.iterdir()} == {"run.safetensors", "run-unfinished-1.safetensors.journal"}


KILLED = """
import itertools, os, random, signal, sys, time
import torch
from torch import nn
from engine import Run, UnspiralError, spirals
from engine.recorder.recorder import Recorder
from tests.children import fork

torch.set_num_threads(1)
data = spirals(0, points=30)
folder, moments = sys.argv[1], random.Random(4)
lost = finished = total = 0
net = nn.Sequential(nn.Linear(2, 100), nn.ReLU(), nn.Linear(100, 2), nn.Linear(2, 5))
with Recorder(f"{folder}/warm.safetensors", net, data.x, data.y, "2", "3") as recorder:
    recorder.snapshot(0)  # imports what a recording needs, once for all children
for k in range(100):
    path = f"{folder}/{k}.safetensors"
    reading, writing = os.pipe()
    child = fork()
    if not child:
        recorder = Recorder(path, net, data.x, data.y, "2", "3")
        for epoch in itertools.count() if k % 2 else range(60):  # every other one never ends by itself
            with torch.no_grad():
                net[0].bias.fill_(epoch)
            recorder.snapshot(epoch, loss=float(epoch))
            os.write(writing, b".")
        recorder.close()
        os.write(writing, b"!")
        time.sleep(60)
    os.close(writing)
    said = os.read(reading, 1)
    time.sleep(moments.uniform(0, 0.02))
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    while more := os.read(reading, 4096):
        said += more
    os.close(reading)
    run = Run.load(path)
    returned = said.count(b".")
    lost += len(run.epochs) < returned
    finished += not run.unfinished
    assert bool(run.unfinished) or returned == 60 and k % 2 == 0
    for epoch in (0, len(run.epochs) - 1):
        assert (run.at(epoch)[0].bias == epoch).all() and run.loss[epoch] == epoch
    total += returned
print(lost, finished, total)
"""


@pytest.mark.skipif(not hasattr(__import__("os"), "fork"), reason="needs fork")
def test_killed_at_a_hundred_random_moments_a_recording_loses_nothing(tmp_path):
    done = subprocess.run([sys.executable, "-c", KILLED, tmp_path], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    lost, finished, total = map(int, done.stdout.split())
    assert lost == 0 and total > 100 and finished <= 50


def test_a_full_disk_is_said_and_costs_nothing_of_what_was_recorded(tmp_path, files_end_at):
    path, model = tmp_path / "run.safetensors", seeded(notebook)
    recorder = recorded(tmp_path, model=model)
    for epoch in range(8):
        recorder.snapshot(epoch, loss=1.0)
    with files_end_at(Path(f"{path}.journal").stat().st_size + 700):
        with pytest.raises(UnspiralError, match="the 8 snapshots before epoch 8 are there"):
            recorder.snapshot(8)
        assert len(Run.load(path).epochs) == 8
    recorder.snapshot(9)  # there is room again
    with files_end_at(1000), pytest.raises(UnspiralError, match=r"its 9 snapshots are safe in .*journal"):
        recorder.close()
    assert not path.exists() and Run.load(path).epochs.tolist() == [*range(8), 9]


def test_a_second_recorder_on_the_same_path_is_refused(tmp_path):
    path = tmp_path / "run.safetensors"
    with Recorder(path, seeded(notebook), DATA.x, DATA.y, "2", "3") as recorder:
        recorder.snapshot(0)
        with pytest.raises(UnspiralError, match="is being recorded already"):
            Recorder(path, seeded(notebook), DATA.x, DATA.y, "2", "3")
        recorder.snapshot(1)
    assert len(Run.load(path).epochs) == 2


def test_a_recorder_that_a_notebooks_failed_cell_left_open_makes_room_and_what_it_recorded_is_kept(tmp_path):
    path, model = tmp_path / "run.safetensors", seeded(notebook)
    left = recorded(tmp_path, model=model)
    left.snapshot(0)
    left.snapshot(1)  # here the cell fails, and is run again
    with pytest.warns(NotRecorded, match=r"was cut short; its 2 snapshots are kept in .*run-unfinished-1"):
        again = recorded(tmp_path, model=model)
    with pytest.warns(NotRecorded, match="is closed; make another Recorder"):
        left.snapshot(2)
    again.snapshot(0)
    left.close()
    again.close()
    assert Run.load(path).epochs.tolist() == [0] and not Run.load(path).unfinished
    assert Run.load(tmp_path / "run-unfinished-1.safetensors").epochs.tolist() == [0, 1]


def test_a_training_that_fails_keeps_what_was_recorded_and_says_why(tmp_path):
    path = tmp_path / "run.safetensors"
    with pytest.raises(KeyboardInterrupt), Recorder(path, seeded(notebook), DATA.x, DATA.y, "2", "3") as recorder:
        recorder.snapshot(0)
        raise KeyboardInterrupt
    assert Run.load(path).unfinished == "the training stopped: KeyboardInterrupt"


@pytest.mark.parametrize("name", ["notebook", "residual"])
def test_weights_that_become_nan_end_the_recording_and_leave_what_came_before(tmp_path, name):
    make, embedding, classifier, _ = MODELS[name]
    path, model = tmp_path / "run.safetensors", seeded(make)
    recorder = Recorder(path, model, DATA.x, DATA.y, embedding, classifier)
    with pytest.raises(Diverged, match=r"epoch 2.*2 snapshots before it are kept"), recorder:
        recorder.snapshot(0)
        recorder.snapshot(1)
        with torch.no_grad():
            next(model.parameters()).mul_(float("nan"))
        recorder.snapshot(2)
    run = Run.load(path)
    assert run.epochs.tolist() == [0, 1] and "no longer computes finite numbers at epoch 2" in run.unfinished
    assert np.isfinite(training(run)(1).points).all()


def test_weights_may_be_as_large_as_numbers_go(tmp_path):
    model = seeded(notebook)
    with recorded(tmp_path, model=model) as recorder:
        with torch.no_grad():
            model[0].weight.fill_(3e38)
        recorder.snapshot(0)
        with torch.no_grad():
            model[0].weight[0, 0] = -torch.inf
        with pytest.raises(Diverged, match="no longer computes finite numbers at epoch 1"):
            recorder.snapshot(1)
    assert (Run.load(tmp_path / "run.safetensors").at(0)[0].weight == np.float32(3e38)).all()


def recorded(tmp_path, model=None, x=None, y=None, embedding="2", classifier="3"):
    x, y = DATA.x if x is None else x, DATA.y if y is None else y
    return Recorder(tmp_path / "run.safetensors", model or seeded(notebook), x, y, embedding, classifier)


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"embedding": "4"}, "unknown embedding module '4'"),
        ({"model": seeded(Residual), "embedding": "embd", "classifier": "classify"}, "did you mean embed"),
        ({"embedding": ""}, "unknown embedding module"),
        ({"classifier": "1"}, "must be a Linear layer: '0', '2', '3'"),
        ({"embedding": "0"}, "reads 2 numbers, the embedding '0' gives 30"),
        ({"embedding": "1", "classifier": "3"}, "reads 2 numbers, the embedding '1' gives 30"),
        ({"embedding": "0", "classifier": "2"}, "does not read the embedding '0' itself; name embedding='1'"),
        ({"embedding": "1", "classifier": "2"}, "labels run from 0 to 4; the classifier '2' has 2 classes"),
        ({"model": seeded(Written), "embedding": "spare", "classifier": "out"}, "does not use its module 'spare'"),
        (
            {
                "model": nn.Sequential(nn.Linear(2, 2), nn.ReLU(inplace=True), nn.Linear(2, 5)),
                "embedding": "0",
                "classifier": "2",
            },
            "does not read the embedding '0' itself; name embedding='1'",
        ),
        ({"y": DATA.y + 1}, "labels run from 1 to 5"),
        ({"y": DATA.y[:-1]}, "every point needs one label"),
        ({"y": DATA.y - 0.5}, "labels are not whole"),
        ({"x": DATA.x[:, :1]}, "cannot be called with x"),
        ({"x": DATA.x[:, 0]}, "one row per point"),
        ({"x": torch.tensor(DATA.x, requires_grad=True)}, r"x needs a gradient; give x.detach\(\)"),
        ({"x": np.where(np.arange(len(DATA.x))[:, None] == 3, np.nan, DATA.x)}, "NaN or infinity in 1 of 200 rows"),
        ({"model": lambda x: x}, "must be a torch nn.Module; what it computes can be recorded as series"),
    ],
)
def test_a_mistake_is_answered_in_one_sentence_before_anything_is_recorded(tmp_path, given, said):
    with pytest.raises(UnspiralError, match=said) as caught:
        recorded(tmp_path, **given)
    assert "\n" not in str(caught.value) and not list(tmp_path.iterdir())


def test_a_path_that_cannot_be_written_is_refused_at_once(tmp_path):
    for path, said in ((tmp_path, "is a folder"), (tmp_path / "no" / "run.safetensors", "there is no folder")):
        with pytest.raises(UnspiralError, match=said):
            Recorder(path, seeded(notebook), DATA.x, DATA.y, "2", "3")


@pytest.mark.parametrize(
    ("epoch", "metrics", "said"),
    [
        (3, {}, "epoch 3 was recorded already"),
        (2.5, {}, "epoch 2.5 comes after 3"),
        (float("nan"), {}, "must be a number"),
        ("four", {}, "epoch is 'four'; it must be one number"),
        (4, {"loss": torch.zeros(7)}, r"loss is an array \(7,\); it must be one number"),
        (4, {"note": "good"}, "note is 'good'"),
        (4, {"../loss": 1.0}, "a metric cannot be called '../loss'"),
    ],
)
def test_a_mistaken_snapshot_is_refused_and_the_recording_goes_on(tmp_path, epoch, metrics, said):
    with recorded(tmp_path) as recorder:
        recorder.snapshot(3)
        with pytest.raises(UnspiralError, match=said):
            recorder.snapshot(epoch, **metrics)
        recorder.snapshot(5)
    assert Run.load(tmp_path / "run.safetensors").epochs.tolist() == [3, 5]
    with pytest.raises(UnspiralError, match="is closed; make another Recorder"):
        recorder.snapshot(6)


@pytest.mark.parametrize("name", ["notebook", "residual"])
def test_a_model_that_changes_shape_or_layers_is_refused(tmp_path, name):
    make, embedding, classifier, _ = MODELS[name]
    model = seeded(make)
    with recorded(tmp_path, model=model, embedding=embedding, classifier=classifier) as recorder:
        recorder.snapshot(0)
        setattr(model, classifier, nn.Linear(2, 7))
        with pytest.raises(UnspiralError, match="not what it was when the recording began"):
            recorder.snapshot(1)
    model = seeded(make)
    with recorded(tmp_path, model=model, embedding=embedding, classifier=classifier) as recorder:
        recorder.snapshot(0)
        last = model.get_submodule(classifier)
        last.weight = nn.Parameter(torch.zeros(7, 2))
        last.bias = nn.Parameter(torch.zeros(7))
        with pytest.raises(UnspiralError, match="shape"):
            recorder.snapshot(1)


@pytest.mark.parametrize("name", ["notebook", "residual"])
def test_a_model_that_becomes_wider_or_narrower_in_digits_is_recorded_as_it_began(tmp_path, name):
    make, embedding, classifier, _ = MODELS[name]
    model = seeded(make)
    with recorded(tmp_path, model=model, embedding=embedding, classifier=classifier) as recorder:
        recorder.snapshot(0)
        model.bfloat16().float()
        recorder.snapshot(1)
        if name == "notebook":  # the other's points are of the width that it began with
            model.double()
            recorder.snapshot(2)
    run = Run.load(tmp_path / "run.safetensors")
    weight = model.get_submodule(classifier).weight.detach().float()
    assert len(run.epochs) == (3 if name == "notebook" else 2)
    assert np.array_equal(run.classifier(run.epochs[-1]).weight, weight)


def test_what_is_disliked_at_every_epoch_is_said_once(tmp_path):
    with recorded(tmp_path) as recorder, pytest.warns(NotRecorded, match="was recorded already") as warned:
        for epoch in (0, 0, 1, 1, 2, 2):
            recorder.snapshot(epoch)
    assert len(warned) == 1 and Run.load(tmp_path / "run.safetensors").epochs.tolist() == [0, 1, 2]


def test_nothing_recorded_is_said(tmp_path):
    with pytest.raises(UnspiralError, match="nothing was recorded"), recorded(tmp_path):
        pass
    assert not list(tmp_path.iterdir())


def test_the_lecturers_own_class_vectors_are_recorded_and_turned_only_when_asked(tmp_path):
    model = seeded(notebook)
    trained(model, tmp_path / "run.safetensors", epochs=range(300, 310))
    run = Run.load(tmp_path / "run.safetensors")
    weight = model[3].weight.detach().numpy()
    assert np.array_equal(training(run)(309).class_vectors, weight)
    turned = training(run, upright=305)(309)
    assert not np.allclose(turned.class_vectors, weight)
    assert np.allclose(turned.class_vectors @ turned.class_vectors.T, weight @ weight.T, atol=1e-5)
    e = training(run, upright=305)(305).points
    assert np.allclose(turn_onto(run.data.x, e), np.eye(2), atol=1e-5)
    assert np.array_equal(turned.wrong, training(run)(309).wrong)


def test_a_runs_classifier_may_lack_a_bias(tmp_path):
    model = nn.Sequential(nn.Linear(2, 4), nn.ReLU(), nn.Linear(4, 2), nn.Linear(2, 5, bias=False))
    with recorded(tmp_path, model=model) as recorder:
        recorder.snapshot(0)
        recorder.snapshot(1)
    last = Run.load(tmp_path / "run.safetensors").at(1)[-1]
    assert isinstance(last, Linear) and not last.bias.any()
