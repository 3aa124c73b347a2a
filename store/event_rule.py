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

_ADD = """
    INSERT INTO event_rule (name, types, senders, tags, recipients, enabled, cursor)
    VALUES (?, ?, ?, ?, ?, ?, (SELECT COALESCE(MAX(id), 0) FROM event))
    ON CONFLICT"""


def rules(tx: Tx) -> list[Rule]:
    """All rules by name."""
    return [
        Rule(
            name=row["name"],
            **{key: tuple(row[key].split()) for key in ("types", "senders", "tags", "recipients")},
            enabled=bool(row["enabled"]),
            cursor=row["cursor"],
            told_at=row["told_at"],
            revision=row["revision"],
        )
        for row in tx.dicts("SELECT * FROM event_rule ORDER BY name")
    ]


def put(tx: Tx, rule: Rule) -> None:
    """Add or change a rule; a new one tells of what happens from now on."""
    tx.run(
        f"""{_ADD} (name) DO UPDATE SET types = excluded.types, senders = excluded.senders,
                tags = excluded.tags, recipients = excluded.recipients, enabled = excluded.enabled,
                revision = event_rule.revision + 1""",
        (rule.name, *_words(rule), rule.enabled),
    )


def add(tx: Tx, rule: Rule) -> bool:
    """Add a rule; False if there is one of this name."""
    return tx.run(f"{_ADD} (name) DO NOTHING", (rule.name, *_words(rule), rule.enabled)) == 1


def change(tx: Tx, rule: Rule, expect: int) -> bool:
    """Write a rule anew, if it is still of the revision that was looked at; whether it was."""
    changed = tx.run(
        """UPDATE event_rule SET types = ?, senders = ?, tags = ?, recipients = ?, enabled = ?,
               revision = revision + 1
           WHERE name = ? AND revision = ?""",
        (*_words(rule), rule.enabled, rule.name, expect),
    )
    return changed == 1


def switch(tx: Tx, name: str, enabled: bool) -> bool:
    """Let a rule send mail or not; False if it was so, or is not there."""
    changed = tx.run(
        "UPDATE event_rule SET enabled = ?, revision = revision + 1 WHERE name = ? AND enabled <> ?",
        (enabled, name, enabled),
    )
    return changed == 1


def remove(tx: Tx, name: str, expect: int | None = None) -> bool:
    """Delete a rule (of the revision that was looked at, if one is given); whether it was there."""
    guard, more = ("", ()) if expect is None else (" AND revision = ?", (expect,))
    return tx.run(f"DELETE FROM event_rule WHERE name = ?{guard}", (name, *more)) == 1


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


def _words(rule: Rule) -> list[str]:
    return [" ".join(part) for part in (rule.types, rule.senders, rule.tags, rule.recipients)]


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
