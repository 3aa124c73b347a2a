"""Samples size and free space of the volumes of the Exchange servers: the servers of kind mail."""

from __future__ import annotations

from actors import Context, Outcome, Periodic, Task, service


def sample_them(context: Context) -> Outcome:
    """Keep the figures under each server's own name; how they grow is read from the roll-ups."""
    from actors.watching.sampled import readable, sample_servers

    return sample_servers(context, readable("mail"), lambda metric: metric.startswith("disk."))


@service(
    title="ExchangeVolumeStatsWork",
    family="monitoring",
    profile="monitoring",
    origin="machpanel",
    schedule=Periodic(minutes=15, align=5),
    enabled=False,
    proof="stand_in",
    proof_note="Tried with snmpd (v2c, v3) and the node exporter; a Windows exporter's text is recorded.",
    tasks=(Task("Sample volumes of Exchange servers", sample_them),),
)
def run(context: Context) -> Outcome:
    """Run the step."""
    return context.run_steps()
