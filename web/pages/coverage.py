"""Coverage: which services of the two products are built, planned or legacy, and what proves them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse, Response

from actors.catalogue import PROFILES
from web.access.guard import Viewer
from web.here import Here
from web.live.stream import own_address
from web.pages.render import fragment, render
from web.shown.coverage import PRODUCTS, STATUSES, counts, coverage, page_lines

router = APIRouter(include_in_schema=False)

Word = Annotated[str, Query(max_length=200)]
#: Status -> (icon, tone).
LOOKS = {"built": ("done", "good"), "planned": ("missing", "quiet"), "legacy": ("none", "quiet")}
#: What each kind of proof means (contract: proof).
PROOFS = {
    "real": "tested against the real thing",
    "stand_in": "tested against a stand-in that speaks the same protocol",
    "recorded": "tested against recorded answers",
}


@dataclass(frozen=True)
class Asked:
    """What somebody wants to see of it, as it stands in the address."""

    q: str = ""
    status: str = ""
    product: str = ""
    profile: str = ""

    def wants(self, row: dict[str, Any]) -> bool:
        """Whether a service is asked for: every word of `q` in its names, steps or family."""
        named = (row["title"], row["name"], row["family"], row["summary"], *row["aliases"], *row["steps"])
        named += tuple(line["text"] for line in row["lines"])
        text = " ".join(named).casefold()
        return (
            all(word in text for word in self.q.casefold().split())
            and self.status in ("", row["status"])
            and self.product in ("", row["product"])
            and self.profile in ("", row["profile"])
        )


@router.get("/coverage")
def index(
    request: Request,
    who: Viewer,
    site: Here,
    q: Word = "",
    status: Word = "",
    product: Word = "",
    profile: Word = "",
) -> Response:
    """The page; to a search from the page itself, only the table."""
    asked = Asked(q.strip(), status, product, profile)
    rows = coverage(site)
    wanted = [row for row in rows if asked.wants(row)]
    table = fragment("_coverage_table.html", sections=_sections(wanted), number=len(wanted), looks=LOOKS)
    if request.headers.get("hx-target", "").endswith("table"):
        return HTMLResponse(table, headers={"hx-replace-url": own_address(request)})
    return render(
        request,
        who,
        "coverage.html",
        table=table,
        counts=counts(rows),
        asked=asked,
        statuses=STATUSES,
        profiles=PROFILES,
        products=[title for title in PRODUCTS.values() if title in {row["product"] for row in rows}],
        proofs=PROOFS,
        page_lines=page_lines(site),
        looks=LOOKS,
    )


def _sections(rows: Sequence[dict[str, Any]]) -> list[tuple[str, str, list[dict[str, Any]]]]:
    """(product, family, rows); the rows are in that order already."""
    return [(*key, list(found)) for key, found in groupby(rows, lambda row: (row["product"], row["family"]))]
