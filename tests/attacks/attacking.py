"""What the attacks have in common: runs to be hurt, commands that are called, answers that are looked at."""

import subprocess
import sys
import traceback
from pathlib import Path
from typing import Any

from click.testing import CliRunner

from engine.cli import main
from tests.runs import small_run


def saved(folder: Path, name: str = "run.safetensors", **details: Any) -> Path:
    """The file of a small run."""
    small_run(**details).save(folder / name)
    return folder / name


def answered(*arguments: object) -> tuple[int, str]:
    """Exit code and all output of an `unspiral` command in this process; what is no answer to a lecturer fails."""
    done = CliRunner().invoke(main, [str(argument) for argument in arguments])
    if done.exception is not None and not isinstance(done.exception, SystemExit):
        raise AssertionError("".join(traceback.format_exception(done.exception)))
    assert "Traceback" not in done.output
    return done.exit_code, done.output


def refused(*arguments: object) -> str:
    """The one line with which a command refuses: under 300 characters, exit code 2."""
    code, text = answered(*arguments)
    assert code == 2, (code, text)
    assert text.count("\n") == 1 and len(text) < 300, text
    return text


def command(*arguments: object, cwd: Path, **how: Any) -> subprocess.CompletedProcess[str]:
    """An `unspiral` command in a process of its own."""
    program = Path(sys.executable).with_name("unspiral")
    return subprocess.run([program, *map(str, arguments)], cwd=cwd, capture_output=True, text=True, **how)
