"""Runs of example models, trained by loops of their own."""

from filelock import FileLock

from engine.errors import UnspiralError
from engine.runs.run import Run, runs_folder


def digits_run() -> Run:
    """A small convolutional network's run on the handwritten digits: trained the first time, loaded afterwards."""
    path = runs_folder() / "digits.safetensors"
    if not path.exists():
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            with FileLock(path.with_suffix(".lock")):
                if not path.exists():  # another process may have trained it while we waited
                    from engine.trainings.digits import (
                        train_digits,  # torch is imported only where something is trained
                    )

                    train_digits(path)
        except OSError as error:
            raise UnspiralError(f"cannot write into {path.parent}: {error.strerror or error}") from None
    return Run.load(path)
