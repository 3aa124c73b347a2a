"""Why a run has not started, in one true sentence at this moment."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from coordinator.sentence import Explained


def sentence_of(row: Mapping[str, Any], explained: Mapping[int, Explained]) -> str | None:
    """The sentence of a queued or granted run; None for any other.

    `explained` is `coordinator.sentence.explain_all` of the same moment.
    """
    if row["state"] == "granted":
        return f"granted to {row['node']}, waits for a worker to take it"
    if row["state"] != "queued":
        return None
    known = explained.get(row["id"])
    # Queued between our two looks: the coordinator has not seen it either.
    return known.sentence if known else "starts at the next look of the coordinator"
