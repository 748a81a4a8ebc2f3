import json
import os
import subprocess
import sys
import tomllib
from dataclasses import FrozenInstanceError, fields, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine import FIVE_SPIRALS, LINEAR, NOTEBOOK, Labelled, Recipe, UnspiralError
from engine.network.activations import KINDS
from engine.recipes.data import DATASETS
from engine.recipes.fields import FIELDS, INITIALISATIONS, OPTIMISERS
from engine.recipes.named import RECIPES, find_recipe

NUMBERS = st.floats(1e-6, 1e6)
WHOLE = st.integers(0, 2**31 - 1)


@st.composite
def recipes(draw: st.DrawFn) -> Recipe:
    data = draw(st.sampled_from(list(DATASETS)))
    hidden = draw(st.lists(st.integers(1, 200), max_size=4))
    embedding = draw(st.none() | st.integers(1, 9))
    linear = len(hidden) + (embedding is not None) + 1
    return Recipe(
        data=data,
        parameters={"points": draw(st.integers(1, 50)), "noise" if data != "blobs" else "spread": draw(NUMBERS)},
        data_seed=draw(WHOLE),
        held_out=draw(st.floats(0, 0.9)),
        hidden=tuple(hidden),
        activation=draw(st.sampled_from(list(KINDS))),
        slope=draw(st.floats(0, 1)),
        embedding=embedding,
        bias=draw(st.booleans()),
        initialisation=draw(st.sampled_from(INITIALISATIONS)),
        scale=draw(NUMBERS | st.tuples(*[NUMBERS] * linear)),
        optimiser=draw(st.sampled_from(list(OPTIMISERS))),
        learning_rate=draw(NUMBERS),
        warm_up=draw(WHOLE),
        momentum=draw(st.floats(0, 0.999)),
        beta2=draw(st.floats(0, 0.999)),
        weight_decay=draw(NUMBERS),
        batch=draw(st.none() | st.integers(1, 1000)),
        epochs=draw(st.integers(1, 10**6)),
        seed=draw(WHOLE),
        upright=draw(st.none() | WHOLE),
        precision=draw(st.sampled_from(["float32", "float64"])),
    )


@settings(max_examples=60)
@given(recipes())
def test_a_recipe_survives_toml_and_json(tmp_path_factory: pytest.TempPathFactory, recipe: Recipe) -> None:
    path = tmp_path_factory.getbasetemp() / "recipe.toml"
    recipe.to_toml(path)
    for again in (Recipe.from_toml(path), Recipe.from_dict(json.loads(json.dumps(recipe.as_dict())))):
        assert again == recipe and again.as_dict() == recipe.as_dict() and hash(again) == hash(recipe)


def test_every_key_changes_the_digest() -> None:
    other: dict[str, Any] = {
        "data": "rings", "parameters": {"twist": 1.5}, "data_seed": 1, "held_out": 0.1, "hidden": (100, 2),
        "activation": "tanh", "slope": 0.1, "embedding": 3, "bias": False, "initialisation": "normal", "scale": 2.0,
        "optimiser": "adam", "learning_rate": 0.1, "warm_up": 3, "momentum": 0.5, "beta2": 0.9, "weight_decay": 0.0,
        "batch": 50, "epochs": 7, "seed": 4, "upright": None, "precision": "float64",
    }  # fmt: skip
    assert set(other) == {f.name for f in fields(Recipe)}
    digests = {Recipe().digest, *(replace(Recipe(), **{"parameters": {}, k: v}).digest for k, v in other.items())}
    assert len(digests) == len(other) + 1


def test_equal_recipes_have_equal_digests_in_every_process() -> None:
    assert Recipe(parameters={"classes": 5}, hidden=[100], scale=1) == Recipe()  # type: ignore[arg-type]
    code = "from engine import FIVE_SPIRALS; print(FIVE_SPIRALS.digest)"
    env = {**os.environ, "PYTHONHASHSEED": "7"}
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, env=env)
    assert said.stdout.strip() == FIVE_SPIRALS.digest


def test_own_points_belong_to_the_digest_and_cannot_change_afterwards() -> None:
    x, y = np.random.default_rng(0).standard_normal((6, 2)), np.array([0, 1, 2] * 2)
    recipe = Recipe(data=Labelled(x, y))
    digest = recipe.digest
    x[0] = 7
    assert recipe.digest == digest and Recipe(data=Labelled(x, y)) != recipe
    assert isinstance(recipe.data, Labelled)
    with pytest.raises(ValueError, match="read-only"):
        recipe.data.x[0] = 7
    assert Recipe(data=([[0, 1], [1, 0]], [0, 1])).points()[0].y.dtype == np.int64  # type: ignore[arg-type]


def test_a_recipe_is_frozen() -> None:
    with pytest.raises(FrozenInstanceError):
        Recipe().epochs = 3  # type: ignore[misc]


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"epochs": 0}, "epochs is 0; it must be 1 or more"),
        ({"epochs": 1.5}, "epochs is 1.5; it must be a whole number"),
        ({"epochs": True}, "epochs is True; it must be a whole number"),
        ({"epochs": "many"}, "epochs is 'many'; it must be a whole number"),
        ({"epochs": 10**400}, "it must be at most 2,147,483,647"),
        ({"hidden": 100}, "hidden is 100; it must be whole numbers in a list, such as [100]"),
        ({"hidden": [100, 0]}, "hidden is 0; it must be 1 or more"),
        ({"hidden": [-2]}, "hidden is -2"),
        ({"hidden": ["wide"]}, "hidden is ('wide',)"),
        ({"embedding": 0}, "embedding is 0; it must be 1 or more, or none"),
        ({"learning_rate": 0}, "learning_rate is 0.0; it must be more than 0"),
        ({"learning_rate": float("nan")}, "learning_rate is nan; it must be a number"),
        ({"learning_rate": 10**400}, "it must be a number"),
        ({"momentum": 1}, "momentum is 1.0; it must be from 0 to below 1"),
        ({"held_out": 1}, "held_out is 1.0; it must be from 0 to 0.9"),
        ({"slope": -0.1}, "slope is -0.1; it must be from 0 to 1"),
        ({"weight_decay": -1}, "weight_decay is -1.0; it must be 0 or more"),
        ({"batch": 0}, "batch is 0; it must be 1 or more, or none"),
        ({"seed": -1}, "seed is -1; it must be 0 or more"),
        ({"bias": 1}, "bias is 1; it must be true or false"),
        ({"scale": [1.0, 2.0]}, "scale has 2 numbers, the network 3 linear layers: give 3, or one"),
        ({"optimiser": "adm"}, "unknown optimiser 'adm'; did you mean adam"),
        ({"activation": "relu"}, "unknown activation 'relu'; it must be positive_part, tanh, sigmoid,"),
        ({"precision": "float16"}, "unknown precision 'float16'; did you mean"),
        ({"data": "spiral"}, "unknown data 'spiral'; did you mean spirals?"),
        ({"data": 5}, "unknown data 5; there are: spirals, rings, moons, blobs"),
        ({"parameters": {"class": 3}}, "unknown parameter of spirals 'class'; did you mean classes?"),
        ({"parameters": {"classes": 1}}, "classes is 1; it must be 2 or more"),
        ({"parameters": {"points": 0}}, "points is 0; it must be 1 or more"),
        ({"parameters": {"points": 10**9}}, "points is 1000000000; it must be at most 10,000,000"),
        ({"parameters": {"points": -5}}, "points is -5; it must be 1 or more"),
        ({"parameters": {"noise": "some"}}, "noise is 'some'; it must be a number"),
        ({"parameters": {"inner": 2}}, "inner is 2.0; it must be from 0 to 1"),
        ({"parameters": 5}, "parameters is 5; it must be names and values"),
        ({"data": ([[0, 1]], [0]), "parameters": {"points": 5}}, "your own points take no parameters"),
        ({"data": ([[0, 1]], [-1])}, "labels run from -1 to -1"),
        ({"data": ([[0, 1]], [0], 5)}, "data holds 3 arrays; it must be two, x and y"),
        ({"data": ([[1e300, 1]], [0])}, "x holds numbers that float32 does not"),
    ],
)
def test_a_value_that_does_not_fit_is_refused_in_one_line(given: dict[str, Any], said: str) -> None:
    with pytest.raises(UnspiralError) as caught:
        Recipe(**given)
    assert said in str(caught.value) and "\n" not in str(caught.value) and len(str(caught.value)) < 200


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("epochs = ", "is not TOML"),
        ("epochs = 'ten'", "epochs is 'ten'; it must be a whole number"),
        ("epoch = 10", "unknown key 'epoch'; did you mean epochs"),
        ("parameters = 3", "parameters is 3"),
        ("[parameters]\nclases = 3", "did you mean classes?"),
        ("data = 'mine.npz'", "mine.npz: No such file"),
        ("data = 'mine.txt'", "neither .npz"),
    ],
)
def test_a_toml_file_that_does_not_fit_is_named(tmp_path: Path, text: str, said: str) -> None:
    path = tmp_path / "my recipe é.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(UnspiralError) as caught:
        Recipe.from_toml(path)
    assert said in str(caught.value) and str(tmp_path) in str(caught.value) and "\n" not in str(caught.value)


def test_a_recipe_names_the_file_of_its_points(tmp_path: Path) -> None:
    (tmp_path / "mine.csv").write_text("x,y,label\n0,1,0\n1,0,1\n")
    (tmp_path / "mine.toml").write_text('data = "mine.csv"\nepochs = 3\n')
    recipe = Recipe.from_toml(tmp_path / "mine.toml")
    assert isinstance(recipe.data, Labelled) and recipe.data.y.tolist() == [0, 1] and recipe.epochs == 3
    with pytest.raises(UnspiralError, match="do not fit into TOML"):
        recipe.to_toml(tmp_path / "again.toml")


def test_toml_explains_every_key(tmp_path: Path) -> None:
    assert list(FIELDS) == [f.name for f in fields(Recipe) if f.name != "parameters"]
    text = NOTEBOOK.text()
    assert list(tomllib.loads(text)) == [*FIELDS, "parameters"]
    assert all(f"# {field.meaning}\n{key} = " in text for key, field in FIELDS.items())
    assert max(map(len, text.splitlines())) <= 120
    with pytest.raises(UnspiralError, match="cannot write"):
        NOTEBOOK.to_toml(tmp_path)


def test_named_recipes_are_found_however_they_are_typed() -> None:
    for typed in ("five_spirals", "five-spirals", "FIVE_SPIRALS"):
        assert find_recipe(typed) is FIVE_SPIRALS
    assert [find_recipe(name) for name in RECIPES] == list(RECIPES.values())
    with pytest.raises(UnspiralError, match="'five_spiral'; did you mean five_spirals"):
        find_recipe("five_spiral")
    with pytest.raises(UnspiralError, match="there are: five_spirals, "):
        find_recipe("nothing like it")


def test_the_lecturers_recipes_are_his() -> None:
    assert (NOTEBOOK.optimiser, NOTEBOOK.learning_rate, NOTEBOOK.weight_decay) == ("adam", 1e-3, 1e-5)
    assert (NOTEBOOK.parameters["inner"], NOTEBOOK.parameters["points"], NOTEBOOK.hidden) == (0.2, 1000, (100,))
    assert (LINEAR.hidden, LINEAR.embedding) == ((), None)
    assert (FIVE_SPIRALS.epochs, FIVE_SPIRALS.scale, FIVE_SPIRALS.warm_up) == (2000, (1.0, 0.02, 1.0), 500)
