"""The machine as a benchmark sees it: which process runs on which core, and how much CPU each has had."""

import os
import platform
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Final

PROC: Final = Path("/proc")
TICKS_PER_S: Final = os.sysconf("SC_CLK_TCK")
CORES: Final = sorted(os.sched_getaffinity(0))
SERVER_CORE: Final = CORES[0]
OTHER_CORE: Final = CORES[-1]  # load generator, PostgreSQL and Redis


def pin(pid: int, core: int) -> None:
    """Keep a process with all its threads on one core; what it starts later stays there, too."""
    for task in (PROC / str(pid) / "task").iterdir():
        os.sched_setaffinity(int(task.name), {core})


def cpu_seconds(roots: Iterable[int]) -> float:
    """Answer the CPU seconds that these processes and their living children have had, to the nanosecond."""
    return sum(_of_process(pid) for root in roots for pid in (root, *children(root)))


def watch(watched: Mapping[str, Iterable[int]]) -> dict[str, float]:
    """Answer the CPU seconds of several groups of processes."""
    return {name: cpu_seconds(roots) for name, roots in watched.items()}


def children(pid: int) -> list[int]:
    """Answer the processes that a process has started."""
    try:
        tasks = list((PROC / str(pid) / "task").iterdir())
    except OSError:
        return []
    return [int(child) for task in tasks for child in _read(task / "children").split()]


def parent(pid: int) -> int:
    """Answer who started a process: of a PostgreSQL session, the postmaster."""
    return int(_read(PROC / str(pid) / "stat").rpartition(")")[2].split()[1])


def memory_kb(pid: int, kind: str) -> int:
    """Answer a line of a process's memory in kB: Rss, Pss, Anonymous ..."""
    for line in _read(PROC / str(pid) / "smaps_rollup").splitlines():
        name, _, value = line.partition(":")
        if name == kind:
            return int(value.split()[0])
    return 0


def describe() -> dict[str, str | int]:
    """Answer what a reader of the figures must know of the machine."""
    model = [line.partition(":")[2].strip() for line in _read(PROC / "cpuinfo").splitlines() if "model name" in line]
    memory = next(line for line in _read(PROC / "meminfo").splitlines() if line.startswith("MemTotal"))
    return {
        "cpu": model[0] if model else platform.processor(),
        "cores": len(CORES),
        "memory_gb": round(int(memory.split()[1]) / 2**20),
        "kernel": platform.release(),
        "python": platform.python_version(),
        "load_before": round(os.getloadavg()[0] * 100),
    }


def _of_process(pid: int) -> float:
    try:
        tasks = list((PROC / str(pid) / "task").iterdir())
    except OSError:
        return 0.0
    living = sum(int((_read(task / "schedstat").split() or ["0"])[0]) for task in tasks) / 1e9
    # Threads that have ended are only in the process's own times, which are told in ticks of 10 ms.
    ticks = _read(PROC / str(pid) / "stat").rpartition(")")[2].split()[11:13]
    return max(living, sum(map(int, ticks)) / TICKS_PER_S)


def _read(path: Path) -> str:
    try:
        return path.read_text()
    except OSError:
        return ""
