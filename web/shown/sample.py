"""Whether a sample is loaded: how much there is that is marked as one."""

from __future__ import annotations

from domain.objects.catalogue import KINDS
from store import setting
from store.object import read
from store.tx import Tx

#: Numbers of the sample's tickets, campaign and workflow, which have no mark of their own.
SETTING = "sample_desk"


def loaded(tx: Tx) -> dict[str, int]:
    """How many sample objects there are, by the name of their kind; empty: none is loaded."""
    found = {kind.name: len(read.live(tx, kind, sample=True)) for kind in KINDS}
    found |= {what: len(numbers) for what, numbers in (setting.get(tx, SETTING) or {}).items()}
    return {name: number for name, number in found.items() if number}
