"""Whole processes by the operating system's own accounting."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import median

_SPAWN = os.path.join(os.path.dirname(os.path.abspath(__file__)), "spawn.py")
_MAXRSS_UNIT = 1 if sys.platform == "darwin" else 1024
"""Bytes that `ru_maxrss` counts in: getrusage(2)."""


@dataclass(frozen=True, slots=True)
class Usage:
    """Seconds on the clock, seconds of both kinds of CPU over the process and its children, and the peak resident
    bytes of the largest of them. `trouble` is what it said when it ended with an unexpected code, else "".
    """

    wall: float
    cpu: float
    peak: int
    trouble: str = ""


def run(command: Sequence[str], environment: Mapping[str, str], expected: tuple[int, ...] = (0,)) -> Usage:
    """Run to the end, its output thrown away. The command's first part is a path."""
    with tempfile.TemporaryFile() as errors:
        done = subprocess.run(
            [sys.executable, "-I", "-S", _SPAWN, *command],
            stdout=subprocess.PIPE,
            stderr=errors,
            env=environment,
            check=False,
        )
        errors.seek(0)
        said = errors.read().decode(errors="replace").strip().splitlines()
    if done.returncode:
        raise OSError(f"{command[0]} cannot be started: {said[-1] if said else done.returncode}")
    wall, cpu, peak, code = done.stdout.split()
    trouble = "" if int(code) in expected else f"exit code {int(code)}: {said[-1] if said else 'no message'}"
    return Usage(float(wall), float(cpu), int(peak) * _MAXRSS_UNIT, trouble)


def together(usages: Sequence[Usage]) -> Usage:
    """Several commands that do one thing one after the other."""
    return Usage(
        sum(one.wall for one in usages),
        sum(one.cpu for one in usages),
        max(one.peak for one in usages),
        next((one.trouble for one in usages if one.trouble), ""),
    )


def middle(usages: Sequence[Usage]) -> Usage:
    """The median of every figure for itself, and the first trouble."""
    return Usage(
        median([one.wall for one in usages]),
        median([one.cpu for one in usages]),
        round(median([one.peak for one in usages])),
        next((one.trouble for one in usages if one.trouble), ""),
    )


def peak_of_all(command: Sequence[str], environment: Mapping[str, str], every: float = 0.03) -> int | None:
    """The largest sum over a process and its descendants of their proportional memory (shared pages count once),
    sampled in a run of its own, in bytes; None where the system does not tell (it is in Linux' /proc).
    """
    if not os.path.exists("/proc/self/smaps_rollup"):
        return None
    process = subprocess.Popen(
        command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=environment
    )
    most = 0
    while process.poll() is None:
        most = max(most, sum(map(_proportional_bytes, _descendants(process.pid))))
        time.sleep(every)
    return most


def _descendants(root: int) -> list[int]:
    parents = {}
    for entry in os.listdir("/proc"):
        if entry.isdigit():
            try:
                with open(f"/proc/{entry}/stat", "rb") as stream:
                    parents[int(entry)] = int(stream.read().rpartition(b")")[2].split()[1])
            except (OSError, IndexError):  # it has just ended
                continue
    found = [root]
    for one in found:
        found.extend(child for child, parent in parents.items() if parent == one)
    return found


def _proportional_bytes(process: int) -> int:
    try:
        with open(f"/proc/{process}/smaps_rollup", "rb") as stream:
            return next((int(line.split()[1]) * 1024 for line in stream if line.startswith(b"Pss:")), 0)
    except OSError:
        return 0
