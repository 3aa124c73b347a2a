"""Reports of mails that never arrived, read from the mailbox that they come to. Nothing is changed there."""

from __future__ import annotations

import email
import email.policy
from collections import Counter
from functools import partial
from typing import Any

from actors.context import Context

#: Mails that one run looks at, and bytes of each.
MOST = 500
LARGEST = 512 * 1024
#: The setting that remembers what was looked at: account -> what lies there and was seen.
SEEN = "campaign_bounces"


def read_bounces(context: Context, account: str, counts: Counter[str]) -> str:
    """Take what the mailbox of this name reports; why it could not be read, or ""."""
    from backends.error import BackendError
    from backends.mail_in.opened import mailbox_of, opened
    from config.secrets import SecretError
    from store import database, setting
    from store.object import read as objects

    found = objects.by_key(database.read(), "mail_account", account)
    if found is None or not found["enabled"]:
        return f"bounces: there is no mail account {account} that is active"
    known = (setting.get(database.read(), SEEN) or {}).get(str(found["id"]), [])
    try:
        password = context.secret(found["password"]) if found["password"] else ""
        source = opened(mailbox_of(found, password), context.stopping)
        try:
            there = source.listed()
            seen = set(known) & {mail.uid for mail in there}
            for mail in [each for each in there if each.uid not in seen][:MOST]:
                if context.stopping():
                    break
                fetched = source.fetch(mail, LARGEST)
                if fetched.whole:
                    _take(fetched.data, context.now.timestamp(), counts)
                seen.add(mail.uid)
        finally:
            source.close(keep=False)
    except (BackendError, SecretError, LookupError) as error:
        return f"bounces: {account}: {error}"
    now = context.now.timestamp()
    if seen != set(known):
        database.write(partial(_remember, account_id=str(found["id"]), seen=sorted(seen), now=now))
    return ""


def _take(data: bytes, now: float, counts: Counter[str]) -> None:
    from domain.mail import bounce
    from store import database
    from store.campaign import suppressed

    try:
        reported = bounce.read(email.message_from_bytes(data, policy=email.policy.compat32))
    except (ValueError, LookupError, TypeError, AttributeError):
        return  # whatever a stranger wrote: it is no report that we can read
    for each in reported:
        if each.final:
            counts["bounced"] += database.write(
                partial(
                    suppressed.bounced,
                    address=each.address,
                    message_id=each.message_id,
                    status=each.status,
                    at=now,
                    said=each.said,
                )
            )


def _remember(tx: Any, account_id: str, seen: list[str], now: float) -> None:
    from store import setting

    setting.put(tx, SEEN, {**(setting.get(tx, SEEN) or {}), account_id: seen}, now)
