"""Delivers what happens to customers, accounts and subscriptions to the site's own HTTP handlers.

Delivery is asynchronous and in order for each object; a handler that is down is tried again.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from actors import Context, Outcome, Periodic, Task, service


@dataclass(frozen=True)
class Options:
    """Hooks called at once; tries of a call; hours after which a call is given up, and a dead hook paused."""

    site: str = field(default="Tickworks", metadata={"setting": "site.name"})
    at_once: int = 8
    tries: int = 20
    give_up_hours: float = 72.0
    pause_hours: float = 24.0

    def __post_init__(self) -> None:
        for name, least, most in (
            ("at_once", 1, 50),
            ("tries", 1, 100),
            ("give_up_hours", 1, 24 * 30),
            ("pause_hours", 0.1, 24 * 30),
        ):
            if not least <= getattr(self, name) <= most:
                raise ValueError(f"{name}: expected {least} to {most}, got {getattr(self, name):g}")


def deliver(context: Context, options: Options) -> Outcome:
    """Queue what has happened since the last run, and call the hooks."""
    from actors.hook_delivery import deliver_all

    return deliver_all(context, options)


@service(
    title="Provisioning Manager",
    family="system",
    profile="core",
    origin="jerasoft",
    schedule=Periodic(minutes=5),
    options=Options,
    proof="real",
    tasks=(Task("Deliver queued events to their handlers", deliver, effect="outward"),),
)
def run(context: Context, options: Options) -> Outcome:
    """Deliver what waits."""
    return context.run_steps(options)
