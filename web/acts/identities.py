"""Linking users to the identity provider, which lets somebody there in as them."""

from __future__ import annotations

import re

from node.site import Site
from store import change, database, identity, session
from store.tx import Tx
from web.acts.refusal import Refusal
from web.acts.users import one

SUBJECT = re.compile(r"[\x21-\x7e]{1,255}")


def link(site: Site, name: str, *, by: str, subject: str | None = None, reason: str | None = None) -> bool:
    """Let a user in through the identity provider: `subject`, or who comes first with this name.

    False if the link is there already. Raises Refusal (unknown_user, bad_value, not_configured, exists).
    """
    issuer = site.settings.oidc.issuer
    if not issuer:
        raise Refusal("not_configured", "no identity provider is configured: write [oidc] issuer")
    if subject is not None and not SUBJECT.fullmatch(subject):
        raise Refusal("bad_value", "subject: expected 1 to 255 letters, digits and signs without spaces")
    now = site.clock.now()

    def work(tx: Tx) -> bool:
        row = one(tx, name)
        there = identity.one(tx, row["id"])
        if there is not None and (there["issuer"], there["subject"]) == (issuer, subject):
            return False
        if there is not None or not identity.link(tx, row["id"], issuer, subject, now):
            raise Refusal(
                "exists",
                f"{row['name']} or this subject is linked already: `tickworks user unlink NAME` first",
            )
        after = {"issuer": issuer, "subject": subject}
        change.record(
            tx,
            actor=by,
            action="user link",
            target=f"user {row['name']}",
            now=now,
            after=after,
            reason=reason,
        )
        return True

    return database.write(work)


def unlink(site: Site, name: str, *, by: str, reason: str | None = None) -> bool:
    """Let nobody in through the identity provider as this user; their sessions end. False if so already.

    Raises Refusal (unknown_user).
    """
    now = site.clock.now()

    def work(tx: Tx) -> bool:
        row = one(tx, name)
        before = identity.one(tx, row["id"])
        if before is None or not identity.unlink(tx, row["id"]):
            return False
        session.end_all(tx, row["id"], now)
        told = {"issuer": before["issuer"], "subject": before["subject"]}
        change.record(
            tx,
            actor=by,
            action="user unlink",
            target=f"user {row['name']}",
            now=now,
            before=told,
            reason=reason,
        )
        return True

    return database.write(work)
