"""Keeps contacts, expiry and registrar data of the registered domains up to date."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from actors import Context, FixedTime, Outcome, Task, service
from domain.dns.limits import RegistrarLimits


@dataclass(frozen=True)
class Arguments:
    """`domain`: this one only."""

    domain: str = ""


def store_data(context: Context, options: RegistrarLimits) -> Outcome:
    """Ask the registrars; then tell owners of domains that expire, by what is known of each."""
    from actors.domain_details import read_details
    from actors.domain_notices import expiring
    from actors.shapes.due_sweep import tell_due

    done = read_details(context, options, only=Arguments(**context.args).domain)
    told = tell_due(context, expiring(), days=options.tell_days)
    kind = "partial" if told.kind != "done" and done.kind == "done" else done.kind
    text = "; ".join(filter(None, (done.message, told.message)))
    return Outcome(kind, {**done.counts, **told.counts}, text)


@service(
    title="DomainNameDataSyncThread",
    family="dns",
    profile="hosting",
    origin="machpanel",
    schedule=FixedTime(("01:50",)),
    time_limit=timedelta(minutes=20),
    options=RegistrarLimits,
    arguments=Arguments,
    enabled=False,
    proof="stand_in",
    proof_note="moto stands for Route 53 Domains; EPP answers with the frames of RFC 5731 and 5733, RDAP "
    "with the answers of RFC 9083. Try it with your registrar before you enable it.",
    tasks=(Task("Store contacts and registrar data of domains", store_data, effect="outward"),),
)
def run(context: Context, options: RegistrarLimits) -> Outcome:
    """Run the step."""
    return context.run_steps(options)
