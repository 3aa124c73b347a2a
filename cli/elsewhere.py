"""Which commands work on a system that runs elsewhere, and what its odd answers are told as."""

from __future__ import annotations

from typing import TYPE_CHECKING

from web.acts.refusal import Refusal

if TYPE_CHECKING:
    from cli.remote.address import Address

#: The commands that need nothing but the HTTP interface.
ELSEWHERE = frozenset(
    {
        *("services", "show", "run", "runs", "run-show", "logs", "cancel", "top", "health"),
        *("enable", "disable", "pause", "resume", "maintenance", "logging", "restart"),
        *("schedule", "priority", "parallel", "groups", "nodes", "drain", "undrain", "resize"),
        *("jobs", "alerts", "object", "sample", "servers", "checks", "voice", "ticket"),
        *("zones", "domains", "hooks", "workflow", "campaign"),
    }
)
#: Those that start something on this very machine.
STARTS = frozenset({"up", "node", "web", "beat"})


def as_answered(address: Address, error: BaseException) -> BaseException:
    """What went wrong with the answers of the system at `address`: one of another release, above all."""
    if not isinstance(error, LookupError | TypeError | AttributeError | ValueError):
        return error
    what = f"{type(error).__name__}: {error}"
    return Refusal(
        "unreachable",
        f"{address} does not answer as this release expects ({what}): are both of the same release?",
    )


def check_elsewhere(command: str | None, said_by: str) -> None:
    """Raise Refusal (only_there) for a command that does not work on a system elsewhere.

    `said_by` is what names the server: the option or the variable.
    """
    if command is None or command in ELSEWHERE:
        return
    why = "starts processes" if command in STARTS else "works on the system's own files and database"
    without = f"without {said_by}" if said_by.startswith("--") else f"with {said_by} unset"
    raise Refusal(
        "only_there", f"`tickworks {command}` {why}: run it on the machine that is meant, {without}"
    )
