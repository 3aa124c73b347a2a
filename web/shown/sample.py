"""Whether a sample is loaded: how much there is that is marked as one."""

from __future__ import annotations

from domain.objects.catalogue import KINDS
from store.object import read
from store.tx import Tx


def loaded(tx: Tx) -> dict[str, int]:
    """How many sample objects there are, by the name of their kind; empty: none is loaded."""
    found = {kind.name: len(read.live(tx, kind, sample=True)) for kind in KINDS}
    return {name: number for name, number in found.items() if number}
