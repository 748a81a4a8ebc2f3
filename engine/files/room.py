"""How much memory and disk there is, asked before anything large is made."""

import os
import shutil
from contextlib import suppress
from pathlib import Path

from engine.errors import UnspiralError

_CGROUPS = (
    ("/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory.current"),
    ("/sys/fs/cgroup/memory/memory.limit_in_bytes", "/sys/fs/cgroup/memory/memory.usage_in_bytes"),
)


def memory() -> int | None:
    """Bytes that this process may still take: of the machine, of its container, of its limits. None: nobody says."""
    known = [_machine(), *(_container(*files) for files in _CGROUPS), _limit()]
    return min((size for size in known if size is not None), default=None)


def check_memory(needed: int, what: str, instead: str) -> None:
    """UnspiralError with both numbers if `what` takes more memory than there is; `instead` says what to do."""
    there = memory()
    if there is not None and needed > there:
        raise UnspiralError(f"{what} takes {said(needed)} of memory, {said(there)} are free: {instead}")


def check_disk(folder: Path, needed: int, what: str, instead: str) -> None:
    """UnspiralError with both numbers if `what` takes more room than is free where `folder` lies, or is to lie."""
    while not folder.exists() and folder != folder.parent:
        folder = folder.parent
    with suppress(OSError):
        there = shutil.disk_usage(folder).free
        if needed > there:
            raise UnspiralError(f"{what} takes {said(needed)}, {said(there)} are free in {folder}: {instead}")


def said(count: int) -> str:
    """A number of bytes as people say it: 4.2 MB."""
    value, unit = float(count), "bytes"
    for larger in ("kB", "MB", "GB", "TB", "PB", "EB"):
        if value < 1000:
            break
        value, unit = value / 1000, larger
    if value >= 1000:
        return "more than 1,000 EB"
    return f"{value:.0f} {unit}" if unit == "bytes" else f"{value:.1f} {unit}"


def _machine() -> int | None:
    with suppress(OSError, ValueError, IndexError):
        for line in Path("/proc/meminfo").read_text().splitlines():
            if line.startswith("MemAvailable:"):
                return 1024 * int(line.split()[1])
    with suppress(AttributeError, ValueError, OSError):  # macOS says how much there is, Windows nothing
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    return None


def _container(limit: str, used: str) -> int | None:
    with suppress(OSError, ValueError):  # "max" where there is no limit
        return max(0, int(Path(limit).read_text()) - int(Path(used).read_text()))
    return None


def _limit() -> int | None:
    """What `ulimit -v` leaves."""
    with suppress(ImportError, OSError, ValueError, IndexError):
        import resource

        most = resource.getrlimit(resource.RLIMIT_AS)[0]
        if most != resource.RLIM_INFINITY:
            taken = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
            return max(0, most - taken)
    return None
