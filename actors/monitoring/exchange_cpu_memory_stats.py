"""Samples CPU and memory of the Exchange servers: the servers of kind mail."""

from __future__ import annotations

from actors import Context, Outcome, Periodic, Task, service


def sample_them(context: Context) -> Outcome:
    """Keep the figures under each server's own name."""
    from actors.watching.sampled import readable, sample_servers

    wanted = ("cpu.", "load.", "memory.", "swap.", "processes")
    return sample_servers(context, readable("mail"), lambda metric: metric.startswith(wanted))


@service(
    title="ExchangeCPUMemoryStatsWork",
    family="monitoring",
    profile="monitoring",
    origin="machpanel",
    schedule=Periodic(minutes=5, align=3),
    enabled=False,
    proof="stand_in",
    proof_note="Tried with snmpd (v2c, v3) and the node exporter; a Windows exporter's text is recorded.",
    tasks=(Task("Sample CPU and memory of Exchange servers", sample_them),),
)
def run(context: Context) -> Outcome:
    """Run the step."""
    return context.run_steps()
