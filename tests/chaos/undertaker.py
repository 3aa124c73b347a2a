"""What stays when a chaos run is killed outright is taken away by a process that outlives it.

``python undertaker.py FOLDER`` reads lines until its input ends, as it does when the run dies. The last
line ``done`` says that there is nothing to do; else the processes that name the folder in their command
or environment are killed, what is mounted below it is unmounted, it is deleted but for the rounds that
found something, and the last line is said, if it is not empty.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

#: The file of a round that found something: it stays, with all beside it.
KEPT = "runs.json"
_ROUNDS = 100
_PAUSE = 0.1
#: The line after which nothing is taken away.
_DONE = "done"


@contextmanager
def watched(folder: Path) -> Iterator[Callable[[str], None]]:
    """Let an undertaker watch over this folder; gives how to tell it what to say if we are killed."""
    command = [sys.executable, "-I", __file__, str(folder)]
    # A session of its own: what ends ours must not end it.
    process = subprocess.Popen(command, stdin=subprocess.PIPE, start_new_session=True)
    assert process.stdin is not None
    pipe = process.stdin

    def tell(text: str) -> None:
        pipe.write(f"{text}\n".encode())
        pipe.flush()

    last = _DONE
    try:
        yield tell
    except KeyboardInterrupt:
        last = ""  # it may have come while something was taken away
        raise
    finally:
        with suppress(BrokenPipeError):
            tell(last)
            pipe.close()
        process.wait(30)


def main(folder: Path) -> None:
    """Wait for the end, and clear up if it was none in order."""
    said = ""
    for line in sys.stdin:
        said = line.strip()
    if said == _DONE:
        return
    bury(folder)
    if said:
        print(f"killed; {said}; what it had started is taken away", flush=True)


def bury(folder: Path) -> None:
    """Leave no process, mount or file of it."""
    pause = threading.Event()
    for _ in range(_ROUNDS):
        left = _processes(folder)
        for pid in left:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        if not left:
            break
        pause.wait(_PAUSE)
    mounts = [line.split()[1] for line in Path("/proc/mounts").read_text().splitlines()]
    for place in reversed(mounts):
        if Path(place).is_relative_to(folder):
            subprocess.run(["umount", "--lazy", place], check=False)
    _delete(folder)


def _delete(folder: Path) -> None:
    if (folder / KEPT).exists():
        return
    for entry in folder.iterdir():
        if any(entry.glob(f"**/{KEPT}")):
            _delete(entry)
        elif entry.is_dir():
            shutil.rmtree(entry, ignore_errors=True)
        else:
            entry.unlink()
    with suppress(OSError):  # a round that is kept is in it
        folder.rmdir()


def _processes(folder: Path) -> list[int]:
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit() and int(entry.name) not in (os.getpid(), os.getppid()):
            with suppress(OSError):
                command = (entry / "cmdline").read_bytes()
                # One that is dead and only waits to be reaped has no words.
                words = command + b"\0" + (entry / "environ").read_bytes()
                if str(folder).encode() in words and b"undertaker.py" not in command:
                    found.append(int(entry.name))
    return found


if __name__ == "__main__":
    main(Path(sys.argv[1]))
