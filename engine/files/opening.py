"""Opening what others made: regular files only, no larger than is said, never waiting for a pipe."""

import os
import stat
import tomllib
from pathlib import Path
from typing import Any, BinaryIO

from engine.errors import UnspiralError
from engine.files.room import said

TEXT = 1_000_000
"""Bytes: recipes and themes have a few thousand."""
MISSING = "No such file or directory"
_NESTED = 64


class Unreadable(UnspiralError):
    """The file may be sound, but it cannot be opened here and now."""


def regular(path: Path) -> None:
    """UnspiralError unless `path` is a file that is there: no folder, no device, no pipe."""
    opened(path).close()


def opened(path: Path, largest: int | None = None) -> BinaryIO:
    """A regular file, opened to be read as bytes.

    UnspiralError says in half a sentence what is wrong: no such file, a folder, a device or pipe, more than `largest`
    bytes; or the system's own reason.
    """
    try:
        # without waiting: a pipe that nobody writes to would hold us for ever
        handle = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
    except FileNotFoundError:
        raise UnspiralError(MISSING) from None
    except (OSError, ValueError) as error:
        if path_is_folder(path):  # Windows does not open folders
            raise UnspiralError("is a folder") from None
        raise Unreadable(f"cannot be read: {reason(error)}") from None
    try:
        found = os.fstat(handle)
        if stat.S_ISDIR(found.st_mode):
            raise UnspiralError("is a folder")
        if not stat.S_ISREG(found.st_mode):
            raise UnspiralError("is not a regular file")
        if largest is not None and found.st_size > largest:
            raise UnspiralError(f"has {said(found.st_size)}; at most {said(largest)} are read of such a file")
        return os.fdopen(handle, "rb")
    except BaseException:
        os.close(handle)
        raise


def text(path: Path, largest: int = TEXT) -> str:
    """A text file in UTF-8, with or without the mark that Windows puts before it. UnspiralError as `opened`."""
    with opened(path, largest) as file:
        content = file.read(largest + 1)
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise UnspiralError(f"is not text in UTF-8: byte {error.start} is none of it") from None


def toml(path: Path) -> dict[str, Any]:
    """What a TOML file says. UnspiralError as `opened`, or says where it is not TOML."""
    content = text(path)
    for number, line in enumerate(content.splitlines(), 1):
        if not line.lstrip().startswith("#") and _nested(line):  # parsing those takes the square of their length
            raise UnspiralError(f"line {number} nests names more than {_NESTED} deep")
    try:
        return tomllib.loads(content)
    except tomllib.TOMLDecodeError as error:
        raise UnspiralError(f"is not TOML: {str(error)[:120]}") from None
    except RecursionError:
        raise UnspiralError("is not a recipe or theme: its lists are nested too deep") from None
    except ValueError:  # Python converts no whole numbers of thousands of digits
        raise UnspiralError("holds a number of more digits than numbers have") from None


def _nested(line: str) -> bool:
    for mark in ",=[]{}":
        line = line.replace(mark, "\n")
    return any(part.count(".") > _NESTED for part in line.split("\n"))


def path_is_folder(path: Path) -> bool:
    """Whether there is a folder of that name; no name makes this fail."""
    try:
        return path.is_dir()
    except (OSError, ValueError):
        return False


def reason(error: OSError | ValueError) -> str:
    """Why the system refused, in its own words."""
    if isinstance(error, OSError):
        return error.strerror or str(error) or type(error).__name__
    return "its name holds a null character" if "null" in str(error) else str(error)[:100]
