"""Jobs of a directory under test: ordered as people do, and carried out by runs of GroupActionWorkAD."""

from __future__ import annotations

from datetime import UTC, datetime
from itertools import count
from typing import Any

from actors.directory.group_action_ad import run as service
from actors.outcome import Outcome
from actors.service import call
from actors.testing import FakeContext, testing_context
from domain.directory.job_limits import JobLimits
from node.site import Site
from store import database, secret
from store.live_family import switch
from tests.actors.directory.scene import NOW, SECRETS
from tests.support import rows
from tests.support.jobs import end_run, job, tries
from web.acts.jobs import Jobs

__all__ = ["FIRST", "carry_out", "go_live", "job", "order", "run_step", "tries"]

FIRST = service.tasks[0].title
_RUNS = count(1)


def go_live() -> None:
    """The family acts."""
    database.write(lambda tx: switch(tx, "directory", True, by="ann", now=NOW))


def order(site: Site, kind: str, object: str = "", organisation: str = "Acme", **args: Any) -> int:
    """Order a job; its id."""
    return Jobs(site, by="ann").add(kind, organisation=organisation, object=object, args=args).id


def carry_out(at: float = NOW) -> dict[str, Any]:
    """One run of the step that carries out jobs; what it counted."""
    return dict(run_step(1, at=at)[0].counts)


def run_step(
    number: int, *, at: float = NOW, options: JobLimits | None = None, **more: Any
) -> tuple[Outcome, FakeContext]:
    """One run of one step of the service, at an instant."""
    run_id = next(_RUNS)
    rows.run(run_id, "running", service=service.name, fence=run_id)
    others = tuple(task.title for at, task in enumerate(service.tasks, 1) if at != number)
    context = testing_context(
        service,
        now=datetime.fromtimestamp(at, UTC),
        run_id=run_id,
        fence=run_id,
        secrets={**SECRETS, **more.pop("secrets", {})},
        not_due=others,
        **more,
    )
    known = context.ports.secret

    def follow(name: str) -> str:
        return secret.follow(name) if name.startswith("vault:") else known(name)

    context.ports.secret = follow  # type: ignore[method-assign]
    call(service, context, options or JobLimits())
    end_run(run_id)
    (step,) = context.ports.ended_steps
    return step.outcome or Outcome("failed", {}, step.error or ""), context
