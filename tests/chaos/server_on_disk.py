"""A PostgreSQL server whose data is on a disk of its own, and that waits for its flushes."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from tests.chaos.disk import Disk
from tests.support.postgresql import PostgresqlServer

#: Room for a round and its log; the log's own limits are far below it.
_MEGABYTES = 768


class PostgresqlOnDisk(PostgresqlServer):
    """As the tests' own, with `disk`, which can be filled and slowed."""

    def __init__(self) -> None:
        super().__init__(fsync="on", full_page_writes="on", min_wal_size="32MB", max_wal_size="128MB")
        self.folder.chmod(0o711)
        self.disk = Disk(self.folder / "disk", megabytes=_MEGABYTES, beside=self.folder / "beside")
        self.data: Path = self.disk.place / "data"
        if self.user is not None:
            shutil.chown(self.disk.place, self.user)
        self.environment = {**os.environ, **self.disk.environment()}

    def remove(self) -> None:
        """Stop for good; nothing of it is left."""
        try:
            self.stop()
            self.disk.remove()
        finally:
            super().remove()
