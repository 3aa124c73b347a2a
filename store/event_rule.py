"""Rules of the event log, and the mails that they make."""

from __future__ import annotations

from collections.abc import Sequence

from domain.digest import Group, Rule, body, subject
from domain.mail.draft import Draft
from store.outbox.put import put as put_mail
from store.tx import Tx

#: What happened longer ago is not mailed any more, in s: a site that sets its address late.
OLDEST = 86_400.0

_GROUPS = """
    SELECT type, severity, sender, tags, text, COUNT(*), MIN(at), MAX(at) FROM event
    WHERE id > ? AND id <= ? AND at >= ? GROUP BY type, severity, sender, tags, text"""


def rules(tx: Tx) -> list[Rule]:
    """All rules by name."""
    return [
        Rule(
            name=row["name"],
            **{key: tuple(row[key].split()) for key in ("types", "senders", "tags", "recipients")},
            enabled=bool(row["enabled"]),
            cursor=row["cursor"],
            told_at=row["told_at"],
        )
        for row in tx.dicts("SELECT * FROM event_rule ORDER BY name")
    ]


def put(tx: Tx, rule: Rule) -> None:
    """Add or change a rule; a new one tells of what happens from now on."""
    words = [" ".join(part) for part in (rule.types, rule.senders, rule.tags, rule.recipients)]
    tx.run(
        """INSERT INTO event_rule (name, types, senders, tags, recipients, enabled, cursor)
           VALUES (?, ?, ?, ?, ?, ?, (SELECT COALESCE(MAX(id), 0) FROM event))
           ON CONFLICT (name) DO UPDATE SET types = excluded.types, senders = excluded.senders,
               tags = excluded.tags, recipients = excluded.recipients, enabled = excluded.enabled""",
        (rule.name, *words, rule.enabled),
    )


def remove(tx: Tx, name: str) -> bool:
    """Delete a rule; whether it was there."""
    return tx.run("DELETE FROM event_rule WHERE name = ?", (name,)) == 1


def tell(tx: Tx, rule: Rule, addresses: Sequence[str], site: str, now: float) -> int:
    """One mail into the outbox, of all that was not told yet; of how many events it tells.

    The rule's cursor moves in the same transaction, by one guarded UPDATE. Raises MailProblem for
    addresses that are none.
    """
    top = _settled(tx)
    groups = _groups(tx, rule, top, now)
    count = sum(group.count for group in groups)
    moved = tx.run(
        """UPDATE event_rule SET cursor = ?, told_at = CASE WHEN ? > 0 THEN ? ELSE told_at END
           WHERE name = ? AND cursor = ? AND cursor < ?""",
        (top, count, now, rule.name, rule.cursor, top),
    )
    if not moved or not groups:
        return 0
    draft = Draft(
        once_key=f"events:{rule.name}:{top}",
        to=tuple(addresses),
        subject=subject(site, groups),
        text=body(groups),
        source="events_manager",
    )
    put_mail(tx, draft, now)
    return count


def waiting(tx: Tx, rule: Rule, now: float) -> int:
    """Of how many events its recipients have not heard yet."""
    top = int(tx.value("SELECT COALESCE(MAX(id), 0) FROM event"))
    return sum(group.count for group in _groups(tx, rule, top, now))


def _settled(tx: Tx) -> int:
    """The highest id below which no event can appear any more: PostgreSQL commits ids out of order."""
    if tx.dialect == "postgresql":
        tx.run("LOCK TABLE event IN SHARE MODE")
    return int(tx.value("SELECT COALESCE(MAX(id), 0) FROM event"))


def _groups(tx: Tx, rule: Rule, top: int, now: float) -> list[Group]:
    rows = tx.all(_GROUPS, (rule.cursor, top, now - OLDEST))
    groups = [
        Group(kind, severity, sender, tuple(tags.split()), *rest)
        for kind, severity, sender, tags, *rest in rows
    ]
    return [group for group in groups if rule.about(group)]
