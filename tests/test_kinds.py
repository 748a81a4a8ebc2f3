"""A new kind is one class and one word, or a row of a table; half of it is refused by pyright and by Python."""

import json
import os
import shutil
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]

CLIPPED = '''
@final
@dataclass(frozen=True)
class Clipped(Elementwise):
    """x, but no less than −1 and no more than 1: it has two kinks."""

    name = title = symbol = "clipped"
    twins = (Twin("Hardtanh", settings={"min_val": -1, "max_val": 1}),)
    kinks = (-1.0, 1.0)

    def __call__(self, x: Array) -> Array:
        return np.clip(x, -1, 1)

    def derivative(self, x: Array) -> Array:
        return np.where(np.abs(x) < 1, x.dtype.type(1), x.dtype.type(0))


@final
@dataclass(frozen=True)
class Softsign(Elementwise):
    """x ↦ x / (1 + |x|)."""

    name = title = symbol = "softsign"
    twins = (Twin("Softsign"),)
    kinks = None

    def __call__(self, x: Array) -> Array:
        return x / (1 + np.abs(x))

    def derivative(self, x: Array) -> Array:
        return 1 / (1 + np.abs(x)) ** 2


'''
HALF = '''
@final
@dataclass(frozen=True)
class Half(Elementwise):
    """A kind with values and a name, and nothing else."""

    name = "half"

    def __call__(self, x: Array) -> Array:
        return x / 2


'''
DATASET = '''
def helix(seed: int, *, turns: float = 2.0, mirrored: bool = False, form: str = "round") -> Labelled:
    """Two strands in space; no parameter called points, none called classes."""
    t = np.linspace(0, 1, 30)
    angle = 2 * np.pi * turns * t * (-1 if mirrored else 1)
    one = np.stack([np.cos(angle), np.sin(angle), 2 * t - 1], 1)
    return Labelled(np.concatenate([one, -one]), np.repeat([0, 1], 30))


'''
UNION = "Activation = PositivePart |"
TABLE = "DATASETS: dict"


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A copy of the engine, to be changed."""
    shutil.copytree(ROOT / "engine", tmp_path / "engine", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copytree(ROOT / "assets" / "runs", tmp_path / "assets" / "runs")
    return tmp_path


def changed(project: Path, file: str, *changes: tuple[str, str]) -> None:
    path = project / file
    text = path.read_text(encoding="utf-8")
    for old, new in changes:
        assert text.count(old) == 1, f"{file} holds {old!r} {text.count(old)} times"
        text = text.replace(old, new)
    path.write_text(text, encoding="utf-8")


def said_by(project: Path, code: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PYTHONPATH": str(project), "UNSPIRAL_RUNS": str(project / "runs")}
    command = [sys.executable, "-W", "error", "-c", code]
    return subprocess.run(command, capture_output=True, text=True, cwd=project, env=environment)


WHOLE = """
import json
from dataclasses import replace
import numpy as np, torch
from torch import nn
import engine
assert engine.__file__.startswith({project!r}), engine.__file__
from engine import Linear, Recipe, Recorder, Run, images, record, steps, training, unfolding, warping
from engine.films.folds import folding
from engine.films.network import assembling, flowing
from engine.network.activations import KINDS
from engine.network.layers import forward
from engine.recipes.fields import FIELDS
from engine.recorder.twins import twin

told = {{}}
for name in ("clipped", "softsign"):
    recipe = Recipe(parameters={{"points": 9}}, activation=name, hidden=(2, 2), epochs=4, upright=None)
    assert Recipe.from_dict(recipe.as_dict()) == recipe
    assert name in recipe.text() and name in FIELDS["activation"].meaning
    run = record(recipe)
    network = run.at(2.5)
    assert network[1] == KINDS[name]()
    bent = KINDS[name]()
    x = np.linspace(-3, 3, 301)
    assert np.abs(bent(x) - twin(bent)(torch.tensor(x)).numpy()).max() < 1e-15
    wide = (Linear(3 * np.eye(2), np.zeros(2)), bent, Linear(np.ones((2, 2)), np.zeros(2)))
    line = images(wide, np.array([[[-1.0, -1.0], [1.0, 0.7]]]))
    t = np.linspace(0, 1, 1001)[:, None]
    dense = forward(wide, (1 - t) * (-1, -1) + t * (1, 0.7))
    told[name] = len(line.vertices)
    assert training(run)(2.5).lines.vertices.shape[1] == 2
    assert warping(network, run.data)(0.5).points.shape == run.data.x.shape
    frame = unfolding(network, run.data)
    assert bent.title in [step.name for step in frame.steps]
    assert flowing(network, run.data.x[0], 0)(1.5).values
    assert bent.symbol in [module.name for module in assembling(recipe).circuit.modules]
    try:
        told[name + " folds"] = folding(network, run.data).last
    except engine.UnspiralError as error:
        told[name + " folds"] = str(error)
    model = nn.Sequential(nn.Linear(2, 4), twin(bent), nn.Linear(4, 2), nn.Linear(2, 3))
    with Recorder(name + ".safetensors", model, torch.randn(9, 2), torch.arange(9) % 3, "2", "3") as recorder:
        recorder.snapshot(0)
    assert Run.load(name + ".safetensors").layers[1] == bent
print(json.dumps(told))
"""


def test_a_whole_kind_of_activation_is_one_class_and_one_word(project: Path) -> None:
    changed(
        project, "engine/network/activations.py", (UNION, f"{CLIPPED}Activation = Clipped | Softsign | PositivePart |")
    )
    done = said_by(project, WHOLE.format(project=str(project)))
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert told["clipped"] == 6  # its ends, and both units' two kinks
    assert told["clipped folds"] == 8  # two layers of two units of two kinks
    assert "softsign is curved" in told["softsign folds"] and told["softsign"] > 20


def test_a_half_kind_of_activation_cannot_be_imported_and_what_it_lacks_is_named(project: Path) -> None:
    changed(project, "engine/network/activations.py", (UNION, f"{HALF}Activation = Half | PositivePart |"))
    done = said_by(project, "import engine")
    assert done.returncode == 1 and "abstract" in done.stderr and "derivative" in done.stderr and "Half" in done.stderr


def test_an_optimiser_is_a_row_of_its_table(project: Path) -> None:
    row = (
        '    "nadam": Optimiser("NAdam", {"betas": ("momentum", "beta2")}),\n    "rmsprop": Optimiser("RMSprop", {}),\n'
    )
    changed(project, "engine/recipes/fields.py", ('    "adamw": Optimiser(', f'{row}    "adamw": Optimiser('))
    code = """
import torch
from engine import Recipe
from engine.library import train_run
from engine.trainings.model import optimiser
parameters = [torch.zeros(3)]
made = optimiser(Recipe(optimiser="nadam", momentum=0.8, beta2=0.9, learning_rate=0.01, weight_decay=0.1), parameters)
assert type(made) is torch.optim.NAdam, made
assert made.defaults["betas"] == (0.8, 0.9) and made.defaults["lr"] == 0.01 and made.defaults["weight_decay"] == 0.1
assert type(optimiser(Recipe(optimiser="rmsprop"), parameters)) is torch.optim.RMSprop
assert "nadam" in Recipe().text()
train_run(Recipe(parameters={"points": 5}, optimiser="nadam", epochs=3, upright=None))
"""
    done = said_by(project, code)
    assert done.returncode == 0, done.stderr


def test_a_dataset_is_a_function_and_a_word_whatever_its_parameters(project: Path) -> None:
    changed(
        project,
        "engine/recipes/data.py",
        (TABLE, f"{DATASET}{TABLE}"),
        ("for f in (spirals,", "for f in (helix, spirals,"),
    )
    code = """
from engine import Recipe, UnspiralError
from engine.library import train_run
from engine.trainings.search import search
recipe = Recipe("helix", {"turns": -1.5, "mirrored": True, "form": "square"}, hidden=(2,), epochs=20, upright=None)
assert recipe.parameters == {"turns": -1.5, "mirrored": True, "form": "square"} and "helix" in recipe.text()
assert train_run(recipe).points.x.shape == (60, 3)
found = next(search(recipe, restarts=3, points=8))
assert found.points.x.shape == (60, 3)
for wrong in ({"mirrored": 1}, {"form": 2}, {"points": 3}):
    try:
        Recipe("helix", wrong)
        raise SystemExit(f"{wrong} was taken")
    except UnspiralError as error:
        print(error)
"""
    done = said_by(project, code)
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines() == [
        "mirrored is 1; it must be true or false",
        "form is 2; it must be a word",
        "unknown parameter of helix 'points'; there are: turns, mirrored, form",
    ]


HALVES: dict[str, tuple[str, tuple[str, str], str]] = {
    "an activation": (
        "engine/network/activations.py",
        (UNION, f"{HALF}Activation = Half | PositivePart |"),
        'activations.py:N: Class "Half" is marked final and must implement all abstract symbols',
    ),
    "a layer that is no activation": (
        "engine/network/layers.py",
        ("Layer = Linear |", "class Scaled(NamedTuple):\n    factor: float\n\n\nLayer = Linear | Scaled |"),
        'loss.py:N: Cannot access attribute "derivative" for class "Scaled"',
    ),
    "an initialisation": (
        "engine/recipes/fields.py",
        ('Initialisation = Literal["uniform",', 'Initialisation = Literal["zeros", "uniform",'),
        'model.py:N: Argument of type "Literal[\'zeros\']"',
    ),
    "a kind of field": (
        "engine/recipes/fields.py",
        ('Kind = Literal["name",', 'Kind = Literal["colour", "name",'),
        'fields.py:N: Argument of type "Literal[\'colour\']"',
    ),
    "a move of the plane": (
        "engine/network/steps.py",
        ('Move = Literal["rotate",', 'Move = Literal["shear", "rotate",'),
        'steps.py:N: Argument of type "Literal[\'shear\']"',
    ),
}  # fmt: skip


@pytest.mark.skipif(find_spec("pyright") is None, reason="pyright comes with the lint extra")
def test_pyright_names_every_place_that_half_a_kind_lacks(project: Path) -> None:
    for file, change, _ in HALVES.values():
        changed(project, file, change)
    settings: dict[str, object] = {"include": ["engine/network", "engine/recipes", "engine/trainings", "engine/runs"]}
    (project / "pyrightconfig.json").write_text(json.dumps(settings))
    command = [sys.executable, "-m", "pyright", "--outputjson", "--pythonpath", sys.executable]
    done = subprocess.run(command, capture_output=True, text=True, cwd=project)
    found = [
        f"{Path(error['file']).name}:N: {error['message']}" for error in json.loads(done.stdout)["generalDiagnostics"]
    ]
    for what, (_, _, said) in HALVES.items():
        assert [line for line in found if line.startswith(said)], f"{what}: {found}"
    lacking = {line.split(":")[0] for line in found if '"Scaled"' in line}
    assert {"layers.py", "loss.py", "lines.py", "pieces.py", "steps.py", "run_file.py"} <= lacking
