"""Runs the workflows that users have built: an event, conditions, then actions.

A workflow that sets itself off again stops at a fixed depth.
"""

from __future__ import annotations

from actors import Context, Outcome, Periodic, Task, service
from actors.workflow_runs import WorkflowOptions, advance


@service(
    title="WorkflowsThread",
    family="helpdesk",
    profile="helpdesk",
    origin="machpanel",
    schedule=Periodic(minutes=1),
    options=WorkflowOptions,
    proof="real",
    tasks=(Task("Advance workflows by their events", advance, effect="outward"),),
)
def run(context: Context, options: WorkflowOptions) -> Outcome:
    """Set off what events ask for, and go on with what has begun."""
    return context.run_steps(options)
