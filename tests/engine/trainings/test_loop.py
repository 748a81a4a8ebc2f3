import io
import os
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from filelock import FileLock
from torch import nn
from torch.nn.functional import cross_entropy

from engine import FIVE_SPIRALS, LINEAR, Diverged, Labelled, Linear, Recipe, Run, UnspiralError, embedding, record
from engine import logits as scores_of
from engine import train as training_loop
from engine.library import recorded_at, train_run
from engine.network.layers import classifier

TINY = Recipe(parameters={"points": 30}, hidden=(8,), epochs=12, upright=None, seed=2)

VARIANTS = {
    "momentum, warm-up, decay": replace(TINY, learning_rate=0.2, warm_up=5, weight_decay=0.01),
    "plain SGD": replace(TINY, momentum=0.0, weight_decay=0.0, learning_rate=0.3),
    "Adam": replace(TINY, optimiser="adam", learning_rate=0.01, beta2=0.9),
    "AdamW": replace(TINY, optimiser="adamw", learning_rate=0.01, weight_decay=0.1),
    "mini-batches": replace(TINY, batch=32),
    "mini-batches, the last one smaller, warm-up": replace(TINY, batch=40, warm_up=3, learning_rate=0.1),
    "held-out points": replace(TINY, held_out=0.25),
    "tanh": replace(TINY, activation="tanh", hidden=(6, 4)),
    "leaky": replace(TINY, slope=0.1),
    "no biases": replace(TINY, bias=False),
    "float64": replace(TINY, precision="float64"),
    "normal": replace(TINY, initialisation="normal", scale=(1.0, 0.5, 2.0)),
    "xavier": replace(TINY, initialisation="xavier"),
    "orthogonal": replace(TINY, initialisation="orthogonal", hidden=(2, 2, 2)),
    "linear": replace(TINY, hidden=(), embedding=None),
    "no embedding layer": replace(TINY, embedding=None, hidden=(5,)),
    "moons": replace(TINY, data="moons", parameters={"points": 30}),
}


def replayed_in_torch(recipe: Recipe, run: Run) -> list[np.ndarray]:
    """Scores of all points after each epoch of a loop written by hand, from the run's first weights."""
    modules: list[nn.Module] = []
    for layer in run.at(0):
        if isinstance(layer, Linear):
            module = nn.Linear(*layer.weight.shape[::-1], bias=recipe.bias, dtype=getattr(torch, recipe.precision))
            with torch.no_grad():
                module.weight.copy_(torch.tensor(layer.weight))
                if recipe.bias:
                    module.bias.copy_(torch.tensor(layer.bias))
        else:
            module = nn.Tanh() if recipe.activation == "tanh" else nn.LeakyReLU(recipe.slope)
        modules.append(module)
    model = nn.Sequential(*modules)
    match recipe.optimiser:
        case "sgd":
            optimiser = torch.optim.SGD(
                model.parameters(), recipe.learning_rate, recipe.momentum, weight_decay=recipe.weight_decay
            )
        case "adam":
            betas = (recipe.momentum, recipe.beta2)
            optimiser = torch.optim.Adam(
                model.parameters(), recipe.learning_rate, betas, weight_decay=recipe.weight_decay
            )
        case _:
            betas = (recipe.momentum, recipe.beta2)
            optimiser = torch.optim.AdamW(
                model.parameters(), recipe.learning_rate, betas, weight_decay=recipe.weight_decay
            )
    x, y = torch.tensor(run.data.x), torch.tensor(run.data.y)
    every, step = torch.tensor(run.points.x), 0
    batch, random = recipe.batch or len(x), torch.Generator().manual_seed(recipe.seed)
    taken = []
    for _ in range(recipe.epochs + 1):
        with torch.no_grad():
            taken.append(model(every).numpy())
        order = torch.randperm(len(x), generator=random) if batch < len(x) else torch.arange(len(x))
        for members in order.split(batch):
            step += 1
            if recipe.warm_up:
                steps = recipe.warm_up * -(-len(x) // batch)
                optimiser.param_groups[0]["lr"] = recipe.learning_rate * min(1, step / steps)
            optimiser.zero_grad()
            cross_entropy(model(x[members]), y[members]).backward()
            optimiser.step()
    return taken


@pytest.mark.parametrize("recipe", VARIANTS.values(), ids=VARIANTS)
def test_a_run_holds_what_a_loop_written_by_hand_computes(recipe: Recipe) -> None:
    run = train_run(recipe)
    assert run.epochs.tolist() == list(range(recipe.epochs + 1))
    kept, y = ~run.held, run.points.y
    for epoch, scores in enumerate(replayed_in_torch(recipe, run)):
        assert np.allclose(scores_of(run.at(epoch), run.points.x), scores, rtol=0, atol=1e-5 * np.abs(scores).max())
        s = torch.tensor(scores)
        assert np.isclose(run.loss[epoch], cross_entropy(s[kept], torch.tensor(y)[kept]).item(), rtol=1e-5)
        right = scores.argmax(1) == y  # without biases the origin is a tie: the first class has it
        assert np.isclose(run.accuracy[epoch], right[kept].mean())
        if recipe.held_out:
            held_loss = cross_entropy(s[~kept], torch.tensor(y)[~kept]).item()
            assert np.isclose(run.metrics["held_out_loss"][epoch], held_loss, rtol=1e-5)
            assert np.isclose(run.metrics["held_out_accuracy"][epoch], right[~kept].mean())
    assert ("held_out_loss" in run.metrics) == bool(recipe.held_out)


def test_five_spirals_tell_the_lectures_story(five_spirals: Run) -> None:
    x, y = five_spirals.data
    assert five_spirals.recipe == FIVE_SPIRALS and len(five_spirals.epochs) == 2001 and len(x) == 5000
    assert np.hypot(*embedding(five_spirals.at(0), x).T).max() < 0.05  # everything starts at the origin
    assert five_spirals.accuracy[2000] >= 0.99
    assert (scores_of(five_spirals.at(2000), x).argmax(1) == y).mean() >= 0.99
    # at 250 the embedding is little more than the input, scaled: upright, not turned and not mirrored
    e = embedding(five_spirals.at(250), x)
    e, centred = e - e.mean(0), x - x.mean(0)
    scale = (e * centred).sum() / (centred**2).sum()
    assert scale > 0 and 1 - ((e - scale * centred) ** 2).sum() / (e**2).sum() >= 0.98
    w = classifier(five_spirals.at(2000)).weight.astype(float)
    w /= np.linalg.norm(w, axis=1, keepdims=True)
    assert np.degrees(np.arccos((w @ w.T - 9 * np.eye(5)).max())) >= 65


def test_turning_the_embedding_upright_changes_no_score(small: Run) -> None:
    assert small.recipe is not None
    raw = train_run(replace(small.recipe, upright=None))
    for epoch in (0, 7, 30):
        raw_scores = scores_of(raw.at(epoch), raw.data.x)
        assert np.allclose(scores_of(small.at(epoch), raw.data.x), raw_scores, atol=1e-5 * np.abs(raw_scores).max())
        a, b = (embedding(run.at(epoch), raw.data.x) for run in (small, raw))
        assert np.allclose(np.hypot(*a.T), np.hypot(*b.T), atol=1e-5)


def test_a_linear_classifier_cuts_every_arm() -> None:
    run = train_run(replace(LINEAR, epochs=300))
    assert 0.45 <= run.accuracy[-1] <= 0.53


def test_the_same_recipe_twice_gives_identical_files(small: Run, tmp_path: Path) -> None:
    assert small.recipe is not None
    record(small.recipe, tmp_path)
    again, first = recorded_at(small.recipe, tmp_path), recorded_at(small.recipe)
    assert again != first and again.read_bytes() == first.read_bytes()


def test_the_seed_draws_weights_and_mini_batches() -> None:
    one, other = (next(iter(training_loop(replace(TINY, seed=seed)))).network for seed in (1, 2))
    assert not np.array_equal(one[0].weight, other[0].weight)  # type: ignore[union-attr]


def test_training_disturbs_neither_torchs_random_state_nor_its_threads() -> None:
    torch.manual_seed(5)
    before, threads = torch.get_rng_state(), torch.get_num_threads()
    for number, _ in enumerate(training_loop(replace(TINY, batch=16))):
        assert torch.get_num_threads() == threads
        if number == 3:
            break
    assert torch.equal(torch.get_rng_state(), before)


def test_snapshots_stay_as_they_were_taken() -> None:
    snapshots = list(training_loop(TINY))
    weights = [s.network[0].weight for s in snapshots]  # type: ignore[union-attr]
    assert len(snapshots) == 13 and not np.array_equal(weights[0], weights[1])


def test_held_out_points_teach_nothing() -> None:
    random = np.random.default_rng(0)
    x, y = random.standard_normal((60, 2)), np.arange(60) % 3
    recipe = replace(TINY, data=Labelled(x, y), parameters={}, held_out=0.2)
    run = train_run(recipe)
    x[run.held] = 100 * random.standard_normal((run.held.sum(), 2))
    other = train_run(replace(recipe, data=Labelled(x, y)))
    assert run.held.sum() == 12 and run.held_out is not None and len(run.held_out.y) == 12
    assert np.array_equal(run.loss, other.loss)
    assert not np.array_equal(run.metrics["held_out_loss"], other.metrics["held_out_loss"])


def test_own_points_are_recorded_and_found_again(empty_cache: Path) -> None:
    random = np.random.default_rng(1)
    recipe = Recipe(data=Labelled(random.standard_normal((20, 3)), np.arange(20) % 2), hidden=(4,), epochs=3)
    run = record(recipe)
    assert run.recipe == recipe and run.points.x.shape == (20, 3)
    stamp = recorded_at(recipe).stat().st_mtime_ns
    assert record(recipe).recipe == recipe and recorded_at(recipe).stat().st_mtime_ns == stamp


def test_a_run_is_trained_once_and_again_on_demand(
    small: Run, empty_cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    trained = []
    monkeypatch.setattr("engine.library.train_run", lambda recipe, device: trained.append(recipe) or small)
    assert small.recipe is not None
    record(small.recipe)
    record(small.recipe)
    assert len(trained) == 1
    record(small.recipe, again=True)
    assert len(trained) == 2


def test_a_recording_waits_for_another_of_the_same_recipe_and_takes_its_run(
    small: Run, empty_cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert small.recipe is not None
    said = io.StringIO()
    monkeypatch.setattr("sys.stderr", said)
    monkeypatch.setattr("engine.library.train_run", lambda *_: pytest.fail("trained though another process did"))
    path = recorded_at(small.recipe)
    path.parent.mkdir()
    with ThreadPoolExecutor(1) as pool:
        with FileLock(path.with_suffix(".lock")):  # the other process
            waiting = pool.submit(record, small.recipe)
            while "waiting for its run" not in said.getvalue():
                assert not waiting.done()
                time.sleep(0.01)
            small.save(path)
        assert np.array_equal(waiting.result(timeout=60).loss, small.loss)
    assert said.getvalue() == "another process is training this recipe; waiting for its run\n"


def test_diverging_keeps_what_was_recorded(empty_cache: Path) -> None:
    recipe = replace(TINY, parameters={"points": 100}, hidden=(50,), learning_rate=30.0, epochs=200)
    for _ in range(2):  # the lock is free again, even while the error is held
        with pytest.raises(Diverged, match="no longer finite at epoch") as caught:
            record(recipe)
    assert caught.value.run is not None and "\n" not in str(caught.value) and len(str(caught.value)) < 300
    assert not recorded_at(recipe).exists()
    (kept,) = empty_cache.glob("*-stopped.safetensors")
    assert str(kept) in str(caught.value)
    run = Run.load(kept)
    assert 1 < len(run.epochs) < 201 and np.isfinite(run.loss).all() and "no longer finite" in run.unfinished
    assert np.isfinite(scores_of(run.at(run.epochs[-1]), run.data.x)).all()
    assert run.recipe == recipe


def test_a_loss_that_is_infinite_from_the_start_says_what_to_lower(empty_cache: Path) -> None:
    with pytest.raises(Diverged, match="at epoch 0; lower scale") as caught:
        record(replace(TINY, scale=1e30))
    assert caught.value.run is None and not list(empty_cache.glob("*.safetensors"))


@pytest.mark.parametrize(
    ("recipe", "device", "said"),
    [
        (TINY, "gpu", "device is 'gpu'; it must be cpu, cuda"),
        (replace(TINY, hidden=(10**6, 10**6)), "cpu", "lower epochs or hidden"),
    ],
)
def test_what_this_machine_cannot_train_is_refused_in_one_line(recipe: Recipe, device: str, said: str) -> None:
    with pytest.raises(UnspiralError, match=said) as caught:
        train_run(recipe, device)
    assert "\n" not in str(caught.value)


@pytest.mark.skipif(torch.cuda.is_available(), reason="this machine has a GPU")
def test_training_on_a_missing_gpu_is_refused_in_one_line() -> None:
    with pytest.raises(UnspiralError, match=r"cannot train on 'cuda': .*; try cpu"):
        train_run(TINY, "cuda")


def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    for folder in (tmp_path / "file", tmp_path / "file" / "runs", Path("/proc/unspiral")):
        with pytest.raises(UnspiralError, match=r"cannot write into .*; name another folder with UNSPIRAL_RUNS"):
            record(TINY, folder)


def test_replaying_a_recorded_run_imports_neither_torch_nor_manim(small: Run, runs_folder: Path) -> None:
    code = """if True:
        import sys
        from engine import Recipe, record, training, Run
        run = record(Recipe.from_toml(sys.argv[1]))
        frame = training(run)(12.5)
        print(len(frame.points), *[m for m in ("torch", "manim", "scenes") if m in sys.modules])"""
    assert small.recipe is not None
    small.recipe.to_toml(path := runs_folder.parent / "replayed.toml")
    done = subprocess.run([sys.executable, "-c", code, path], capture_output=True, text=True, check=True)
    assert done.stdout == "300\n" and done.stderr == ""


def test_two_processes_recording_the_same_recipe_do_not_spoil_each_other(small: Run, tmp_path: Path) -> None:
    code = """if True:
        import sys
        from engine import Recipe, record
        print(record(Recipe.from_toml(sys.argv[1])).loss[-1])"""
    assert small.recipe is not None
    small.recipe.to_toml(tmp_path / "recipe.toml")
    env = {**os.environ, "UNSPIRAL_RUNS": str(tmp_path / "runs")}
    command = [sys.executable, "-c", code, tmp_path / "recipe.toml"]
    started = [subprocess.Popen(command, env=env, stdout=subprocess.PIPE, text=True) for _ in range(2)]
    said = [process.communicate(timeout=120)[0] for process in started]
    assert [process.returncode for process in started] == [0, 0] and said[0] == said[1] == f"{small.loss[-1]}\n"
    (made,) = [path for path in (tmp_path / "runs").iterdir() if path.suffix != ".lock"]
    assert made.read_bytes() == recorded_at(small.recipe).read_bytes()
