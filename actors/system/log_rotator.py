"""Rotates, compresses and drops the log files of each node."""

from __future__ import annotations

from dataclasses import dataclass

from actors import ALL_ROLES, Context, FixedTime, Outcome, Task, service


@dataclass(frozen=True)
class Options:
    """Old files kept of each log; the least size that is worth a new file, in KiB; whether to compress."""

    keep: int = 14
    least_kb: int = 0
    compress: bool = True

    def __post_init__(self) -> None:
        if self.keep < 1:
            raise ValueError(f"keep: expected at least 1, got {self.keep}")
        if self.least_kb < 0:
            raise ValueError(f"least_kb: expected 0 or more, got {self.least_kb}")


@service(
    title="Log Rotator",
    family="system",
    profile="core",
    origin="jerasoft",
    schedule=FixedTime(("01:10",)),
    roles=ALL_ROLES,
    instances="each",
    options=Options,
    proof="real",
    tasks=(Task("Rotate log files"),),
)
def run(context: Context, options: Options) -> Outcome:
    """Turn the files, and name those that stay as they are."""
    from backends import log_rotation

    rotated = log_rotation.rotate(
        context.log_folder,
        context.now,
        keep=options.keep,
        least=options.least_kb * 1024,
        pack=options.compress,
        stopping=context.stopping,
    )
    if rotated.busy:
        return Outcome.done("another node of this machine rotates the same folder now")
    counts = {"rotated": rotated.turned, "compressed": rotated.packed, "dropped": rotated.dropped}
    if rotated.refused:
        left = f"left as they are, nothing is lost: {'; '.join(rotated.refused)}"
        context.log.warning(left)
        return Outcome("partial", counts, left)
    return Outcome("partial" if context.stopping() else "done", counts)
