"""Notices with a due time: a template, its values, and who is told. Each becomes one mail."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from domain.mail.draft import Draft, checked
from domain.mail.template import render
from store.outbox.put import put
from store.tx import Tx


@dataclass(frozen=True)
class Notice:
    """What somebody is told at `due_at` (epoch seconds), once per `once_key`.

    `template` is a name of `domain.mail.template`; its `values` are plain JSON.
    """

    once_key: str
    recipients: tuple[str, ...]
    due_at: float
    template: str = "notice"
    values: Mapping[str, Any] | None = None
    owner: str | None = None
    source: str = ""
    family: str | None = None


def add(tx: Tx, notice: Notice, now: float) -> bool:
    """Keep a notice until it is due, in the caller's transaction; False if its key is there already.

    Raises MailProblem when no mail could be made of it; nothing is kept then.
    """
    _draft(notice)
    return (
        tx.run(
            """INSERT INTO notification (once_key, owner, source, due_at, template, template_values,
                                         recipients, created_at, family)
               VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (once_key) DO NOTHING""",
            (
                notice.once_key,
                notice.owner,
                notice.source,
                notice.due_at,
                notice.template,
                json.dumps(dict(notice.values or {})),
                json.dumps(notice.recipients),
                now,
                notice.family,
            ),
        )
        > 0
    )


def take_back(tx: Tx, once_key: str) -> bool:
    """Drop a notice whose reason is gone, as long as no mail was made of it; whether there was one."""
    return tx.run("DELETE FROM notification WHERE once_key = ? AND state = 'waiting'", (once_key,)) > 0


def due(tx: Tx, now: float, limit: int) -> list[int]:
    """The notices to make mails of, those due first."""
    rows = tx.all(
        "SELECT id FROM notification WHERE state = 'waiting' AND due_at <= ? ORDER BY due_at, id LIMIT ?",
        (now, limit),
    )
    return [row[0] for row in rows]


def to_mail(tx: Tx, notice_id: int, now: float) -> bool:
    """Put the notice's mail into the outbox; False if somebody else has done so.

    Raises MailProblem; the caller then says `failed` in a transaction of its own.
    """
    row = tx.one(
        """SELECT once_key, recipients, due_at, template, template_values, owner, source, family
           FROM notification
           WHERE id = ? AND state = 'waiting'""",
        (notice_id,),
    )
    if row is None:
        return False
    notice = Notice(row[0], tuple(json.loads(row[1])), row[2], row[3], json.loads(row[4]), *row[5:])
    draft = _draft(notice)
    mail_id = put(tx, draft, now)
    if mail_id is None:
        mail_id = tx.value("SELECT id FROM mail WHERE once_key = ?", (draft.once_key,))
    return (
        tx.run(
            """UPDATE notification SET state = 'mailed', mail_id = ?, ended_at = ?
               WHERE id = ? AND state = 'waiting'""",
            (mail_id, now, notice_id),
        )
        > 0
    )


def failed(tx: Tx, notice_id: int, error: str, now: float) -> bool:
    """No mail can be made of it; whether it still waited."""
    return (
        tx.run(
            """UPDATE notification SET state = 'failed', error = ?, ended_at = ?
               WHERE id = ? AND state = 'waiting'""",
            (error, now, notice_id),
        )
        > 0
    )


def _draft(notice: Notice) -> Draft:
    rendered = render(notice.template, notice.values or {})
    return checked(
        Draft(
            once_key=f"notification:{notice.once_key}",
            to=notice.recipients,
            subject=rendered.subject,
            text=rendered.text,
            owner=notice.owner,
            source=notice.source,
            family=notice.family,
        )
    )
