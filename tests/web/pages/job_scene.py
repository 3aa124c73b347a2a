"""A site with demo kinds of jobs, and jobs in every state."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from store import database
from tests.support.visitors import FILE, Application, running_application
from web.acts.jobs import Jobs

TEXT = FILE + '[catalogue]\nmodules = ["tests.cli.demo_jobs"]\n'


@pytest.fixture
def with_jobs(tmp_path: Path, engine_database: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Application]:
    """The application of a site that knows kinds of jobs; none is ordered."""
    yield from running_application(tmp_path, monkeypatch, TEXT)


def add(
    application: Application, kind: str = "mailbox_create", organisation: str = "acme", **more: Any
) -> int:
    """Order a job; its id."""
    args = {"quota": 5} if kind == "mailbox_create" else {}
    return Jobs(application.site, by="anna").add(kind, organisation=organisation, args=args, **more).id


def fail(*job_ids: int, error: str = "the store is full") -> None:
    """These were tried, and no try is left."""
    sql = "UPDATE job SET state = 'failed', failed_at = 1.0, tries = 3, attempts = 3, error = ? WHERE id = ?"
    for job_id in job_ids:
        changed = database.write(lambda tx, each=job_id: tx.run(sql, (error, each)))
        assert changed == 1
