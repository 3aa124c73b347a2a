"""A catalogue comes that may say something new: make it the one in force."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from zoneinfo import ZoneInfo

from schedules.ledger import account
from store import node, service
from store.service import Declared
from store.tx import Tx


def take_over(
    tx: Tx,
    declared: Sequence[Declared],
    now: float,
    zone: ZoneInfo,
    own_node: str = "",
    gone: Collection[str] = (),
) -> list[str]:
    """Account for all services up to now under the rules they had, then switch; names of those that changed.

    So a rule changed in the file while all was stopped is not in force for that time, a service enabled
    in it owes nothing for it, and a node that joins after this owes nothing for earlier times. What other
    nodes have installed stays, though this one does not know it, but for what is in ``gone``.
    """
    tx.grant_lock()
    account(tx, service.rows(tx), now, zone)
    return service.sync(tx, declared, now, keep=node.services_elsewhere(tx, own_node) - set(gone))
