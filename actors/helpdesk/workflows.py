"""Runs the workflows that users have built: an event, conditions, then actions.

A workflow that sets itself off again stops at a fixed depth.
"""

from actors import Periodic, Task, planned

SERVICE = planned(
    name="workflows",
    title="WorkflowsThread",
    family="helpdesk",
    profile="helpdesk",
    origin="machpanel",
    schedule=Periodic(minutes=1),
    tasks=(Task("Advance workflows by their events", effect="outward"),),
)
