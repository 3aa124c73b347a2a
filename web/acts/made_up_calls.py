"""Files of made-up calls in a folder, as a switch would leave them there."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from pathlib import Path

from domain.calls.made_up import Batch, lines


def write(folder: Path, batch: Batch) -> Path:
    """A file of the common format, complete once it has its name; one of the same name is replaced.

    Its name says when its calls begin. Raises OSError.
    """
    folder.mkdir(parents=True, exist_ok=True)
    when = datetime.fromtimestamp(batch.start, UTC).strftime("%Y%m%d_%H%M%S")
    path = folder / f"calls_{when}_{batch.seed}{'_damaged' if batch.damaged else ''}.csv"
    part = path.with_name(f".{path.name}.part")
    try:
        with part.open("w", encoding="ascii", newline="") as file:
            for text in lines(batch):
                file.write(text)
            file.flush()
            os.fsync(file.fileno())
        part.rename(path)
    except OSError:
        part.unlink(missing_ok=True)
        raise
    return path
