"""By whose server a mail goes out: the organisation's own, that of one above it, or the system's."""

from __future__ import annotations

from domain.mail.account import MailAccount


def account_for(owner: str | None, system: MailAccount) -> MailAccount:
    """The settings for the mail of an organisation (None: the system's own), as they are now."""
    if owner is None:
        return system
    from store import database
    from store.object import read

    tx = database.read()
    for organisation in read.organisation_and_above(tx, owner):
        for found in read.live(tx, "smtp_settings", organisation_id=organisation["id"]):
            return system.with_settings(found)
    return system
