"""Runs the checks an operator has set up, raises an alert when one keeps failing, and clears it.

Disk, memory, CPU, network, mail, IIS, FTP, DNS, services, TCP ports, certificates and web pages can be
checked. Network director metrics are kept as samples of the server: how long each answer took, whether
it was good, and what its network cards carry.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from threading import Event

from actors import Context, Outcome, Periodic, Task, service


@dataclass(frozen=True)
class Options:
    """``at_once``: looks that are open at the same time. ``stay``: for how many seconds of its minute a
    run comes back to checks that are due more often than once a minute."""

    at_once: int = 100
    stay: float = 50.0

    def __post_init__(self) -> None:
        if not 1 <= self.at_once <= 1000:
            raise ValueError(f"at_once: expected 1 to 1000, got {self.at_once}")
        if not 0 <= self.stay <= 59:
            raise ValueError(f"stay: expected 0 to 59 s, got {self.stay:g}")


def run_checks(context: Context, options: Options) -> Outcome:
    """Look at what is due; what fails is a finding, and no failure of the run."""
    from actors.watching import round as rounds

    until = context.now.timestamp() + options.stay
    total, pause = rounds.Counts(), Event()
    while True:
        waiting, following = rounds.begin(context)
        if waiting:
            rounds.add(total, rounds.look(context, waiting, at_once=options.at_once))
        if following is None or following >= until or context.stopping():
            break
        while context.now.timestamp() < following and not context.stopping():
            pause.wait(0.2)
    counts = {each.name: getattr(total, each.name) for each in fields(total) if each.name != "texts"}
    return Outcome("partial" if context.stopping() else "done", counts, "; ".join(total.texts[:3]))


@service(
    title="MonitoringWork",
    family="monitoring",
    profile="monitoring",
    origin="machpanel",
    schedule=Periodic(minutes=1),
    options=Options,
    proof="real",
    proof_note="IIS: the answers of http.sys are given by nginx, the Windows exporter's text is recorded.",
    tasks=(Task("Run due server checks and network director metrics", run_checks),),
)
def run(context: Context, options: Options) -> Outcome:
    """Run the step."""
    return context.run_steps(options)
