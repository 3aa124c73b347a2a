"""A disk of our own: a small file system that can be filled, and flushes that can be made slow.

Slow is what a program sees of a disk that is overloaded: each fsync and fdatasync comes back late. Its
reads and writes go to memory, as they mostly do on such a disk too.
"""

from __future__ import annotations

import shutil
import subprocess
from contextlib import suppress
from pathlib import Path

from tests.chaos import number_in_file

_SOURCE = Path(__file__).with_name("slow_flush.c")
_SYS_ADMIN = 21  # the number of the capability, from <linux/capability.h>
_LIBRARY, _SECONDS = "slow_flush.so", "seconds"
_COMPILER_SECONDS = 60


class Disk:
    """Mounted at `place` until `remove`. `not_small`, `not_slow`: why it cannot be filled or slowed."""

    def __init__(self, place: Path, *, megabytes: int, beside: Path | None = None) -> None:
        """``beside``: a folder elsewhere, for what slows this one down. Neither must be there."""
        self.place = place
        self._filler = place / "filler"
        place.mkdir(parents=True)
        self.not_small = _mount(place, megabytes)
        self._beside = beside
        self.not_slow: str | None = "it is not asked for"
        if beside is not None:
            beside.mkdir(parents=True)
            number_in_file.write(beside / _SECONDS, 0.0)
            self.not_slow = _compile(beside / _LIBRARY)

    def environment(self) -> dict[str, str]:
        """What a program must be given that writes to this disk."""
        if self._beside is None or self.not_slow:
            return {}
        return {"LD_PRELOAD": str(self._beside / _LIBRARY), "CHAOS_FLUSH": str(self._beside / _SECONDS)}

    def fill(self) -> None:
        """Leave no byte on it."""
        with self._filler.open("wb", buffering=0) as file:
            for piece in (1 << 20, 1 << 12):
                with suppress(OSError):
                    while True:
                        file.write(bytes(piece))

    def free(self) -> None:
        """Take away what `fill` put there."""
        self._filler.unlink(missing_ok=True)

    def slow(self, seconds: float) -> None:
        """Let each flush take so much longer, from now on; 0: as fast as it is."""
        assert self._beside is not None
        number_in_file.write(self._beside / _SECONDS, seconds)

    def remove(self) -> None:
        """Take the file system away, with all that is on it."""
        if self.place.is_mount():
            subprocess.run(["umount", "--lazy", str(self.place)], check=True)


def may_mount() -> bool:
    """Whether this process has CAP_SYS_ADMIN: root has it, but not in most containers."""
    words = Path("/proc/self/status").read_text().split()
    return bool(int(words[words.index("CapEff:") + 1], 16) >> _SYS_ADMIN & 1)


def _mount(place: Path, megabytes: int) -> str | None:
    """None, or why it cannot be."""
    if not may_mount():
        return "only root may mount, and not in most containers"
    options = f"size={megabytes}m,mode=0700"
    mount = ["mount", "-t", "tmpfs", "-o", options, "tickworks-chaos", str(place)]
    done = subprocess.run(mount, capture_output=True, text=True)
    return None if done.returncode == 0 else done.stderr.strip() or "mount failed"


def _compile(target: Path) -> str | None:
    """None, or why it cannot be."""
    compiler = shutil.which("cc")
    if compiler is None:
        return "no C compiler (cc) is installed"
    words = [compiler, "-O1", "-shared", "-fPIC", "-o", str(target), str(_SOURCE)]
    done = subprocess.run(words, capture_output=True, text=True, timeout=_COMPILER_SECONDS)
    return None if done.returncode == 0 else f"cc failed: {done.stderr.strip()[:200]}"
