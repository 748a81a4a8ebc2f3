"""Whatever bytes a file holds, it is shown or refused in one sentence; see fuzz.py for long hunts."""

from pathlib import Path

import pytest

from tests.attacks.fuzz import KINDS, attack


@pytest.mark.parametrize("kind", KINDS)
def test_hurt_files_are_shown_or_refused(kind: str, tmp_path: Path) -> None:
    answers = [attack(kind, seed, tmp_path) for seed in range(120)]
    refused = sum(map(bool, answers))
    assert refused > 0 and len(set(answers)) > 3  # the mutants are neither all harmless nor all alike
