"""A try of an event hook: one signed call of the event ``test``, of which the receiver need do nothing."""

from __future__ import annotations

import json
import time
import uuid
from collections.abc import Callable, Mapping
from typing import Any

from backends.error import BackendError, one_line
from backends.http.fetch import Limits
from backends.http.hook import call
from backends.http.place import ANYWHERE


def limits_of(found: Mapping[str, Any]) -> Limits:
    """Within which limits a hook (an object of kind event_hook) is called."""
    timeout = float(found["timeout"])
    allow = ANYWHERE if found["allow_private"] else ()
    return Limits(connect_timeout=min(5.0, timeout), read_timeout=timeout, time_limit=timeout, allow=allow)


def try_hook(found: Mapping[str, Any], secret: Callable[[str], str]) -> list[tuple[bool, str]]:
    """Call it once; what came of it, in one line."""
    if not found["secret"]:
        return [(False, "it has no signing key, so its receiver could not know us: give it one")]
    now = time.time()
    key = str(uuid.uuid4())
    body = {
        "event": {"id": key, "name": "test", "at": now, "object": f"event_hook {found['name']}"},
        "data": {},
    }
    try:
        reply = call(
            found["address"],
            json.dumps(body, ensure_ascii=False).encode(),
            key=key,
            secret=secret(found["secret"]),
            at=int(now),
            limits=limits_of(found),
        )
    except BackendError as error:
        return [(False, str(error))]
    said = one_line(reply.body, longest=120)
    return [(True, f"it answers {reply.status}{f': {said}' if said else ''}")]
