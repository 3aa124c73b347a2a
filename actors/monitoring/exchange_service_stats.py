"""Records which services run on the Exchange servers, and what the servers are made of.

Both are mirrors of the servers of kind mail: what is not told any more is marked as gone, unless too
much of it is missing at once.
"""

from __future__ import annotations

from actors import Context, Outcome, Periodic, Task, service


def store_services(context: Context) -> Outcome:
    """Mirror the services by name, with their states."""
    from actors.watching.mirrored import mirror_servers

    return mirror_servers(context, "service")


def store_inventory(context: Context) -> Outcome:
    """Mirror what the servers are made of: system, processors, memory, disks and cards."""
    from actors.watching.mirrored import mirror_servers

    return mirror_servers(context, "part")


@service(
    title="ExchangeServiceStatsWork",
    family="monitoring",
    profile="monitoring",
    origin="machpanel",
    schedule=Periodic(minutes=5, align=4),
    enabled=False,
    proof="stand_in",
    proof_note="Tried with snmpd and the node exporter; Windows' own list of services is recorded.",
    tasks=(
        Task("Store service states of Exchange servers", store_services),
        Task("Store the inventory of Exchange servers", store_inventory),
    ),
)
def run(context: Context) -> Outcome:
    """Run the steps that are due."""
    return context.run_steps()
