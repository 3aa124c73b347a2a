"""Which files are not in their folder there any more: only what lies there must be known for ever.

Were it forgotten, it would be fetched again; so the Cleaner forgets a file a term after it went.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping

from store.call_file.remote import Seen

_AT_ONCE = 5_000


def note_gone(source_id: int, listed: Collection[str], known: Mapping[str, Seen], now: float) -> None:
    """After a look that listed these names: what lay there before and does not now, and what is back.

    `known`: the rows of those of these names that have one.
    """
    from store import database
    from store.call_file import remote as store

    there = store.there(database.read(), source_id)
    gone = [number for name, number in there.items() if name not in listed]
    back = [seen.id for seen in known.values() if seen.gone_at is not None]
    for ids, at in ((gone, now), (back, None)):
        for first in range(0, len(ids), _AT_ONCE):
            part = ids[first : first + _AT_ONCE]
            database.write(lambda tx, part=part, at=at: store.gone(tx, part, at))  # type: ignore[misc]
