"""What frames depend on besides their data: the code that computes and draws them."""

import hashlib
from collections.abc import Iterable
from functools import cache
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[2]
FOLDERS = ("engine", "scenes/parts")


def digest(files: Iterable[Path]) -> str:
    """Of the files' names and bytes, one after the other."""
    digested = hashlib.sha256()
    for file in files:
        digested.update(file.name.encode())
        digested.update(file.read_bytes())
    return digested.hexdigest()


@cache
def drawing_code() -> str:
    """Digest of all code that frames depend on."""
    return digest(file for folder in FOLDERS for file in sorted((PROJECT / folder).rglob("*.py")))
