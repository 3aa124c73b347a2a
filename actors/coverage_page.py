"""The page of all lines of both products, ``docs/coverage.md``, made from the catalogue and the marks."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

from actors.coverage import HEADER, PAGE, SOURCES, Covered, Tests, covered
from actors.lookup import Catalogue

INTRODUCTION = """\
# Coverage

<!-- Made from actors/seeds, the catalogue and the marks of the tests by `make generate`; do not edit. -->

Every line in which the two products describe their own services, and what became of it here: {figures}.
*Planned*: its work is not built yet. *Legacy*: its product lists it and no longer uses it.

A test says what it covers by `@pytest.mark.covers("cleaner", 2)`: step 2 of that service. The mark counts
only on a test that asserts something itself, and the test fails if that step does not run in it.
`make check` fails while a line has no service, no step or, once its service is built, no test. Proof *real*:
tested against the real thing; *stand in*: against another server that speaks the same protocol; *recorded*:
against documented answers only."""
HEADINGS = ("Line", "Service", "Step", "Tests", "Proof")
PAGE_HEADINGS = ("What", "Line", "Tests")


def markdown(catalogue: Catalogue, tests: Tests) -> str:
    """The page as text: for each product its page's lines, then those of its services."""
    rows = covered(catalogue, tests)
    parts = [INTRODUCTION.format(figures=_figures(rows))]
    for origin, product in SOURCES.items():
        own = [row for row in rows if row.line.origin == origin]
        parts.append(f"## {product}")
        parts.append(_table(PAGE_HEADINGS, (_page_cells(row) for row in own if row.line.title == PAGE)))
        parts.append(_table(HEADINGS, (_cells(row) for row in own if row.line.title != PAGE)))
    return "\n\n".join(parts) + "\n"


def _figures(rows: Sequence[Covered]) -> str:
    found = Counter(row.status for row in rows)
    return f"{len(rows)} lines, " + ", ".join(
        f"{number} {status}" for status, number in sorted(found.items())
    )


def _page_cells(row: Covered) -> tuple[str, ...]:
    return row.line.key, row.line.text, _tests(row)


def _cells(row: Covered) -> tuple[str, ...]:
    step = "; ".join(f"{number}. {title}" for number, title in row.steps)
    if row.line.step == HEADER:
        step = "schedule, nodes, run groups"
    name = f"`{row.service.name}`" if row.service else ""
    return f"{row.line.title}: {row.line.text}", name, step, _tests(row), _proof(row)


def _tests(row: Covered) -> str:
    if row.problem:
        return f"**{row.problem}**"
    return "; ".join(f"[{test.rpartition('::')[2]}](../{test.partition('::')[0]})" for test in row.tests)


def _proof(row: Covered) -> str:
    service = row.service
    if service is None or row.line.step == HEADER:
        return ""
    if row.status == "legacy":
        return f"legacy; replaced by {', '.join(service.replaced_by)}"
    if row.status != "built":
        return row.status
    note = f": {service.proof_note}" if service.proof_note else ""
    return f"{(service.proof or 'none').replace('_', ' ')}{note}"


def _table(headings: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    return "\n".join([_line(headings), _line(["---"] * len(headings)), *map(_line, rows)])


def _line(cells: Sequence[str]) -> str:
    return "| " + " | ".join(" ".join(cell.split()).replace("|", "\\|") for cell in cells) + " |"
