"""Keeps our copy of the DNS records of hosted domains."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from actors import Context, Outcome, Periodic, Task, service
from domain.dns.limits import ZoneLimits

DAY = 86_400.0


@dataclass(frozen=True)
class Arguments:
    """`zone`: this one only; `full`: read all of it; `believe`: also where much has vanished."""

    zone: str = ""
    full: bool = False
    believe: bool = False


def copy_zones(context: Context, options: ZoneLimits) -> Outcome:
    """Read what has changed in each zone; forget what is gone for long."""
    from actors.zone_reading import read_zones
    from store import database
    from store.dns import zone

    asked = Arguments(**context.args)
    done = read_zones(context, options, only=asked.zone, full=asked.full, believe=asked.believe)
    before = context.now.timestamp() - options.keep_gone_days * DAY
    database.write(lambda tx: zone.forget_gone(tx, before))
    return done


def remind(context: Context, options: ZoneLimits) -> Outcome:
    """Tell owners of domains that still await verification, each stage once."""
    from actors.domain_notices import unverified
    from actors.shapes.due_sweep import tell_due

    return tell_due(context, unverified(), days=options.remind_days)


@service(
    title="SynchDNSRecordsWork",
    family="dns",
    profile="hosting",
    origin="machpanel",
    schedule=Periodic(minutes=60, align=47),
    time_limit=timedelta(minutes=20),
    options=ZoneLimits,
    arguments=Arguments,
    proof="real",
    proof_note="Knot DNS: AXFR and IXFR, signed with TSIG.",
    tasks=(
        Task("Copy the DNS data of Hostmatic domains", copy_zones, effect="read"),
        Task("Mail notices about domains that await verification", remind, effect="outward"),
    ),
)
def run(context: Context, options: ZoneLimits) -> Outcome:
    """Run the steps that are due."""
    return context.run_steps(options)
