"""The figures to reach, and whether a measurement reaches them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from bench.ours import STACKS
from bench.result import Result

EMBEDDED, SERVERS = (f"tickworks, {name}" for name in STACKS.values())
BY_MESSAGE = f"{SERVERS}, by message"


@dataclass(frozen=True)
class Times:
    """A limit that hangs on another figure: so many times it, or (`inverse`) divided by it."""

    factor: float
    workload: str
    contender: str
    column: str
    inverse: bool = False

    def of(self, results: Mapping[str, Result]) -> float | None:
        """None while the other was not measured."""
        result = results.get(self.workload)
        value = result.median(self.contender, self.column) if result else None
        if not value:
            return None
        return self.factor / value if self.inverse else self.factor * value

    def text(self) -> str:
        """As the page says it."""
        if self.inverse:
            return f"{self.factor:g} ÷ {self.workload.upper()} rate"
        return f"{self.factor:g} times {self.contender}"


@dataclass(frozen=True)
class Aim:
    """`sign` is ≤ or ≥; `key` names it in reasons.toml."""

    workload: str
    contender: str
    column: str
    sign: str
    limit: float | Times

    @property
    def key(self) -> str:
        against = f"/{self.limit.contender}" if isinstance(self.limit, Times) else ""
        return f"{self.workload}/{self.contender}/{self.column}{against}"

    def limit_in(self, results: Mapping[str, Result]) -> float | None:
        """None while what it hangs on was not measured."""
        return self.limit.of(results) if isinstance(self.limit, Times) else self.limit

    def met(self, results: Mapping[str, Result]) -> bool | None:
        """By the median; None while it cannot be said."""
        result, limit = results.get(self.workload), self.limit_in(results)
        value = result.median(self.contender, self.column) if result else None
        if value is None or limit is None:
            return None
        return value <= limit if self.sign == "≤" else value >= limit


def _each(workload: str, contenders: tuple[str, ...], column: str, sign: str, limit: float) -> list[Aim]:
    return [Aim(workload, contender, column, sign, limit) for contender in contenders]


_W2 = {
    EMBEDDED: (0.92, 1.5),
    f"{EMBEDDED}, three groups": (0.90, 1.5),
    SERVERS: (0.88, 2.5),
    f"{SERVERS}, three groups": (0.86, 3.0),
}
_BOTH = (EMBEDDED, SERVERS)
_DURABLE = ("dramatiq_rmq:hist", "celery_rmq:hist", "procrastinate_pg")
_MAILBOXES = ("SQLite, IMAP", "SQLite, POP3", "PostgreSQL, IMAP", "PostgreSQL, POP3")
_HISTORY = ("services", "runs", "of_service", "failed", "api", "of_state", "one", "service", "charts")

AIMS: tuple[Aim, ...] = (
    Aim("w1", EMBEDDED, "rate", "≥", 1200),
    *(
        Aim("w1", BY_MESSAGE, "rate", "≥", Times(factor, "w1", peer, "rate"))
        for factor, peer in zip((0.75, 5, 2), _DURABLE, strict=True)
    ),
    *(Aim("w2", name, "efficiency", "≥", share) for name, (share, _) in _W2.items()),
    *(Aim("w2", name, "gap_p50", "≤", gap) for name, (_, gap) in _W2.items()),
    *_each("w2", tuple(_W2), "overlaps", "≤", 0),
    *_each("w2", tuple(_W2), "out_of_order", "≤", 0),
    Aim("w3", EMBEDDED, "p99", "≤", 80),
    Aim("w3", SERVERS, "p99", "≤", 120),
    *(Aim("w3", name, "p99", "≤", Times(1, "w3", peer, "p99")) for name in _BOTH for peer in _DURABLE),
    Aim("w4", EMBEDDED, "p50", "≤", 4),
    Aim("w4", EMBEDDED, "p99", "≤", 10),
    Aim("w4", BY_MESSAGE, "p50", "≤", 5),
    Aim("w4", f"{SERVERS}, by message into a group", "p50", "≤", 6),
    *_each("w5", _BOTH, "began", "≤", 0.5),
    *_each("w5", _BOTH, "lost", "≤", 0),
    *_each("w5", _BOTH, "doubled", "≤", 0),
    *_each("w6", tuple(f"{name}, 103 services" for name in _BOTH), "engine", "≤", 0.3),
    Aim("w6", f"{EMBEDDED}, `tickworks up` with core", "pss", "≤", 140),
    Aim("many", f"{SERVERS}, 3 nodes", "recorded", "≤", 2),
    Aim(
        "many",
        f"{SERVERS}, 3 nodes",
        "ended",
        "≤",
        Times(1.25 * 5000, "w1", BY_MESSAGE, "rate", inverse=True),
    ),
    Aim("line", "PostgreSQL, 1 node", "pass", "≤", 50),
    Aim("line", "PostgreSQL, 1 node", "release", "≤", 5),
    *(Aim("history", name, column, "≤", 50) for name in ("PostgreSQL", "SQLite") for column in _HISTORY),
    *(
        Aim("pruning", name, column, "≤", 50)
        for name in ("PostgreSQL", "SQLite")
        for column in ("read", "write")
    ),
    *_each("recovery", (f"{EMBEDDED}, agent killed", f"{SERVERS}, agent killed"), "again", "≤", 2),
    Aim("recovery", f"{SERVERS}, node gone", "again", "≤", 17),
    *_each(
        "recovery",
        (f"{EMBEDDED}, beat away", f"{SERVERS}, beat away", f"{SERVERS}, broker away"),
        "again",
        "≤",
        5,
    ),
    Aim("probes", "HTTP and TCP by turns", "wall", "≤", 20),
    *_each("checks", ("SQLite", "PostgreSQL"), "wall", "≤", 20),
    *_each("samples", ("SQLite", "PostgreSQL"), "share", "≤", 20),
    Aim("zones", "AXFR, signed", "wall", "≤", 15),
    *_each("zone_copy", ("SQLite", "PostgreSQL"), "whole", "≤", 15),
    *_each("directory", ("SQLite", "PostgreSQL"), "first", "≤", 20),
    *_each("directory", ("SQLite", "PostgreSQL"), "delta", "≤", 1),
    *_each("directory", ("SQLite", "PostgreSQL"), "memory", "≤", 150),
    *_each("helpdesk", _MAILBOXES, "rate", "≥", 50),
    *_each("campaign", ("SQLite", "PostgreSQL"), "rate", "≥", 200),
    *_each("rates", ("SQLite", "PostgreSQL"), "import", "≥", 5_000),
    *_each("rates", ("SQLite", "PostgreSQL"), "load", "≤", 5),
    Aim("rates", "xdr generate", "calls", "≥", 100_000),
    *_each("call_files", ("SQLite", "PostgreSQL"), "speed", "≥", 100_000),
    Aim("rated", "SQLite, 1 part", "rate", "≥", 150_000),
    Aim("rated", "PostgreSQL, 2 parts", "rate", "≥", 100_000),
    *_each("rerated", ("SQLite", "PostgreSQL"), "same", "≥", 100_000),
    *_each("rerated", ("SQLite", "PostgreSQL"), "changed", "≥", 100_000),
    *_each("summary", ("SQLite", "PostgreSQL"), "roll", "≤", 5),
)
