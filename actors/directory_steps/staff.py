"""Our own people's records follow their users in the directory; who is gone there gets in no more."""

from __future__ import annotations

from collections import Counter
from functools import partial
from typing import Any

from actors.context import Context
from actors.outcome import Outcome
from domain.directory import staff as rules
from domain.directory.staff import Update
from domain.objects.catalogue import find
from domain.objects.checked import ObjectProblems, checked
from store.problem import Problem, publish

Row = dict[str, Any]
SOURCE = "staff"
KIND = "staff"


def follow(context: Context) -> Outcome:
    """Link who is alike, compare all. Counts: ``linked``, ``staff``, ``changed``, ``off``, ``refused``."""
    from store import database
    from store.directory import staff

    counts: Counter[str] = Counter()
    found: list[Problem] = []
    now = context.now.timestamp()
    by = context.service.name
    for staff_id, user_id in staff.alike(database.read()):
        counts["linked"] += database.write(partial(_linked, staff_id, user_id, by, now))
    for row in staff.linked(database.read()):
        context.check_stop()
        counts["staff"] += 1
        database.write(partial(_one, context, row, counts, found))
    database.write(lambda tx: publish(tx, SOURCE, found, now))
    text = "; ".join(f"{each.object}: {each.text}" for each in found[:3])
    return Outcome("partial" if found else "done", counts, text)


def _linked(staff_id: int, user_id: int, by: str, now: float, tx: Any) -> bool:
    from store.directory import staff

    return staff.link(tx, staff_id, user_id, by, now)


def _one(context: Context, linked: Row, counts: Counter[str], found: list[Problem], tx: Any) -> None:
    """One member of staff, in one transaction."""
    from store.directory import staff
    from store.object import read

    now = context.now.timestamp()
    # Looked at again inside: an operator may have changed it since.
    row = read.by_id(tx, KIND, linked["staff_id"])
    if row is None or row["archived_at"] is not None:
        return
    others = [each for each in read.live(tx, KIND) if each["id"] != row["id"]]
    made = rules.update(
        row,
        linked,
        linked["note"],
        {each["email"].lower() for each in others if each["email"]},
        {each["name"].lower() for each in others},
    )
    if made.changes and not _change(context, tx, row, made, linked):
        return
    counts["changed"] += bool(made.changes)
    if made.changes.get("enabled") is False:
        counts["off"] += 1
        _keep_out(context, tx, row, linked)
    if made.refused:
        counts["refused"] += 1
        found.append(Problem(f"staff {row['name']}", f"{'; '.join(made.refused)}: change one of the two"))
    staff.checked(tx, row["id"], made.note or "; ".join(made.refused), now)


def _change(context: Context, tx: Any, row: Row, made: Update, linked: Row) -> bool:
    """Write what has changed, and who did it; what cannot be a value of staff is told instead."""
    from store import change
    from store.object import write

    kind, now = find(KIND), context.now.timestamp()
    before = {name: row[name] for name in kind.model.model_fields}
    whole = None
    while whole is None and made.changes:
        try:
            whole = checked(kind, {**before, **made.changes})
        except ObjectProblems as error:
            wrong = [name for name in error.problems if name in made.changes] or list(made.changes)
            for name in wrong:
                del made.changes[name]
            made.refused.append(str(error))
    if whole is None:
        return True
    if not write.change(tx, kind, row["id"], row["revision"], whole, now=now):
        return False
    change.record(
        tx,
        actor=context.service.name,
        action="staff change",
        target=f"staff {row['name']}",
        now=now,
        before={name: before[name] for name in made.changes},
        after=dict(made.changes),
        reason=f"as {linked['sam']} of {linked['directory']}",
    )
    return True


def _keep_out(context: Context, tx: Any, row: Row, linked: Row) -> None:
    """The user here that this person signs in as, if there is one, and an event for those who must know."""
    from store import change, event, session, user

    now = context.now.timestamp()
    said = f"{row['name']} is switched off: the directory user {linked['sam']} of {linked['directory']} is "
    said += "gone" if linked["gone_at"] is not None else "switched off"
    admins = user.lock_admins(tx)
    account = user.by_name(tx, row["login"]) if row["login"] else None
    if account is not None and admins == [account["id"]]:
        said += f"; the user {row['login']} here is the last admin and was left in"
    elif account is not None and user.disable(tx, account["id"], now):
        session.end_all(tx, account["id"], now)
        change.record(
            tx, actor=context.service.name, action="user disable", target=f"user {account['name']}", now=now
        )
        said += f"; the user {row['login']} here, too"
    event.add(
        tx,
        at=now,
        type="staff",
        severity="warning",
        sender=context.service.name,
        text=said,
        data={"staff": row["name"]},
        key=f"staff:off:{row['id']}:{now:.0f}",
    )
