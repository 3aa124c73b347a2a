"""Puts users into the security groups that every user of their organisation belongs to.

It only ever adds: a member that somebody put into the group by hand stays there.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from actors import Context, Outcome, Periodic, Task, service


@dataclass(frozen=True)
class Options:
    """`timeout` in seconds, of one answer; `silent_minutes`: a directory silent for so long is an alert."""

    timeout: float = 60.0
    silent_minutes: float = 30.0

    def __post_init__(self) -> None:
        for name, low, high in (("timeout", 1, 600), ("silent_minutes", 0, 10_080)):
            if not low <= getattr(self, name) <= high:
                raise ValueError(f"{name}: expected {low} to {high}, got {getattr(self, name):g}")


def fill(context: Context, options: Options) -> Outcome:
    """Add the users of each unit who are not in its groups yet."""
    from actors.directory_steps.auto_add import fill_groups

    return fill_groups(context, options.timeout)


def rename(context: Context, options: Options) -> Outcome:
    """Bring names in the directory in line with sign-in names that were changed."""
    from actors.directory_steps.object_names import follow_principals

    return follow_principals(context, options.timeout)


def collect(context: Context, options: Options) -> Outcome:
    """Note what needs somebody; what does not any more is over."""
    from actors.directory_steps.collected import collect

    return collect(context, options.silent_minutes)


@service(
    title="AutoAddUsersInSecurityGroupWork",
    family="directory",
    profile="hosting",
    origin="machpanel",
    schedule=Periodic(minutes=15, align=4),
    time_limit=timedelta(minutes=15),
    options=Options,
    proof="real",
    proof_note="A Samba domain controller.",
    tasks=(
        Task("Fill the security groups that take in users automatically", fill, effect="outward"),
        Task("Bring the CN in line after a changed UPN", rename, effect="outward"),
        Task("Collect all system alerts in the database", collect),
    ),
)
def run(context: Context, options: Options) -> Outcome:
    """Run the steps."""
    return context.run_steps(options)
