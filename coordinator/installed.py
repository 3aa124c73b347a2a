"""What nodes can run: lists of up to thousands of names, each read once, however many looks need it."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence

from store import node
from store.tx import Tx

#: So many different lists are remembered; the nodes of one release share theirs.
MOST = 128

_known: OrderedDict[str, frozenset[str]] = OrderedDict()


def services_of(tx: Tx, nodes: Sequence[tuple[str, str | None]]) -> dict[str, frozenset[str]]:
    """{name: services} of nodes given as (name, digest of its list; None where it is not known)."""
    known = {name: _known.get(digest or "") for name, digest in nodes}
    unread = [name for name, services in known.items() if services is None]
    read = node.services_of(tx, unread) if unread else {}
    for name, digest in nodes:
        if digest is not None and name in read:
            _known[digest] = read[name]
            while len(_known) > MOST:
                _known.popitem(last=False)
    return {name: read.get(name) or services or frozenset() for name, services in known.items()}
