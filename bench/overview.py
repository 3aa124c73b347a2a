"""The table of the README: a few figures of ours beside those of the peers that keep a history too."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from bench.aims import BY_MESSAGE, EMBEDDED, SERVERS
from bench.result import Result

README = Path(__file__).resolve().parent.parent / "README.md"
BEGIN, END = "<!-- figures: written by `make bench` -->\n", "<!-- end of the figures -->\n"

SYSTEMS = ("Tickworks, SQLite", "Tickworks, PostgreSQL + RabbitMQ", "Dramatiq", "Procrastinate", "Celery")
_HISTORY = ("dramatiq_rmq:hist", "procrastinate_pg", "celery_rmq:hist")
_STOCK = ("dramatiq_rmq", "procrastinate_pg", "celery_rmq")


@dataclass(frozen=True)
class Row:
    """One figure of each of `SYSTEMS`; `unit` is of the figure."""

    says: str
    workload: str
    column: str
    contenders: tuple[str, ...]
    unit: str = ""
    decimals: int = 0


ROWS = (
    Row(
        says="jobs that do nothing, each with its history",
        workload="w1",
        column="rate",
        contenders=(EMBEDDED, BY_MESSAGE, *_HISTORY),
        unit="/s",
    ),
    Row(
        says="100 services at one minute: the last ones start after (p99)",
        workload="w3",
        column="p99",
        contenders=(EMBEDDED, SERVERS, *_HISTORY),
        unit=" ms",
    ),
    Row(
        says="one job for an idle system starts after (p50)",
        workload="w4",
        column="p50",
        contenders=(EMBEDDED, BY_MESSAGE, *_HISTORY),
        unit=" ms",
        decimals=1,
    ),
    Row(
        says="jobs of 20 ms, one at a time: share of the time that one is at work",
        workload="w2",
        column="efficiency",
        contenders=(EMBEDDED, SERVERS, "dramatiq_rmq:fast", "procrastinate_pg", "celery_rmq:block"),
        decimals=2,
    ),
    Row(
        says="worker killed: its 20 jobs are at work again after",
        workload="w5",
        column="began",
        contenders=(EMBEDDED, SERVERS, *_STOCK),
        unit=" s",
        decimals=1,
    ),
)


def with_figures(text: str, results: Mapping[str, Result]) -> str:
    """The README with its table written anew. Raises ValueError where the marks of its place are missing."""
    before, begin, rest = text.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not (begin and end):
        raise ValueError(f"README.md: expected {BEGIN.strip()} and {END.strip()}")
    return before + begin + "\n".join(_table(results)) + "\n" + end + after


def _table(results: Mapping[str, Result]) -> Iterator[str]:
    yield f"| | {' | '.join(SYSTEMS)} |"
    yield "|---" * (len(SYSTEMS) + 1) + "|"
    for row in ROWS:
        cells = [_cell(row, name, results.get(row.workload)) for name in row.contenders]
        yield f"| {row.says} | {' | '.join(cells)} |"


def _cell(row: Row, contender: str, result: Result | None) -> str:
    """A median; that all was lost, where that is what happened; a dash for what was not measured."""
    value = result.median(contender, row.column) if result else None
    lost = result.median(contender, "lost") if result else None
    if value is not None:
        return f"{value:,.{row.decimals}f}{row.unit}"
    return f"{lost:.0f} lost" if lost else "-"
