from pathlib import Path

import pytest
from click.testing import CliRunner

from engine import THREE_SPIRALS_NARROW, Recipe, Run, UnspiralError, record
from engine.cli import main
from engine.commands.search import command
from engine.library import SHIPPED, find_run, record_as, recorded_at

QUICK = """
data = "spirals"
hidden = [2, 2]
slope = 0.01
optimiser = "adam"
learning_rate = 0.1
epochs = 60
[parameters]
classes = 2
points = 60
twist = 0.5
"""


@pytest.fixture
def quick(tmp_path: Path) -> Path:
    path = tmp_path / "quick.toml"
    path.write_text(QUICK)
    return path


def run(*arguments: object):
    return CliRunner().invoke(command, [str(a) for a in arguments])


def test_search_writes_the_network_it_found_and_says_how_good_it_is(quick, tmp_path):
    result = run(quick, "-o", tmp_path / "found.safetensors", "--restarts", 6, "--rounds", 2, "--accuracy", 0.9)
    assert result.exit_code == 0, result.output
    found = Run.load(tmp_path / "found.safetensors")
    assert found.recipe == Recipe.from_toml(quick)
    assert f"accuracy {100 * found.accuracy[-1]:.1f} %: {tmp_path / 'found.safetensors'}" in result.stdout


def test_what_is_searched_for_lies_where_record_finds_it(quick, empty_cache):
    result = run(quick, "--restarts", 3, "--rounds", 1, "--accuracy", 1)
    assert result.exit_code == 0
    recipe = Recipe.from_toml(quick)
    assert recorded_at(recipe).exists()
    assert record(recipe).accuracy[-1] == Run.load(recorded_at(recipe)).accuracy[-1]


def test_search_replaces_nothing_unless_told_to(quick, tmp_path):
    there = tmp_path / "there.safetensors"
    there.write_text("mine")
    result = run(quick, "-o", there)
    assert isinstance(result.exception, UnspiralError) and "replace it with --force" in str(result.exception)
    assert there.read_text() == "mine"


def test_search_is_a_command():
    with pytest.raises(SystemExit) as left:
        main(["search", "--help"])
    assert left.value.code == 0


def test_the_narrow_network_comes_along_and_need_not_be_trained(empty_cache, tmp_path):
    run = record(THREE_SPIRALS_NARROW)
    assert run.recipe == THREE_SPIRALS_NARROW
    assert not empty_cache.exists()
    shipped = SHIPPED / "three_spirals_narrow.safetensors"
    assert find_run("three_spirals_narrow") == shipped and shipped.stat().st_size < 500_000
    assert record_as(tmp_path / "mine.safetensors", THREE_SPIRALS_NARROW).accuracy[-1] == run.accuracy[-1]
