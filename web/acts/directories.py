"""What people do to directories: have one read now, and let a locked user in again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import UUID

from actors.directories.entry import user_state
from actors.directories.standing import keep_states
from config.secrets import SecretError
from node.site import Site
from store import change, database, live_family, secret
from store.object import read as objects
from store.tx import Tx
from web.acts.force import Forced, force
from web.acts.refusal import Refusal
from web.shown import directory as shown

if TYPE_CHECKING:
    from backends.directory.session import Session
    from domain.directory.user import UserState

#: Seconds that somebody waits for an answer of a controller.
TIMEOUT = 10.0


class Directories:
    """The acts of one person.

    They raise Refusal (unknown_directory_user, unknown_object, observing, gone, not_locked, not_done,
    unknown_outcome, and those of `force`) and DatabaseAway.
    """

    def __init__(self, site: Site, *, by: str, trigger: str = "manual") -> None:
        self._site = site
        self._by = by
        self._trigger = trigger

    def sync(self, name: str, *, full: bool = False, believe: bool = False) -> Forced:
        """Read a directory now. `full`: all of it; `believe`: also where many users have vanished."""
        row = objects.by_key(database.read(), "directory", name)
        if row is None:
            raise Refusal(
                "unknown_object", f"there is no directory {name!r}: `tickworks object list directory`"
            )
        args: dict[str, object] = {"directory": row["name"]}
        args |= {"full": True} if full else {}
        args |= {"believe": True} if believe else {}
        return force(self._site, "sync_ad_users", by=self._by, trigger=self._trigger, args=args, step="1")

    def unlock(self, name: str) -> str:
        """Let a user in again whom wrong passwords locked out; a sentence of what came of it.

        `name`: account, sign-in name, GUID or number. It is done in the directory itself, and then looked
        at: what is kept, shown and said is what the directory says after it.
        """
        tx = database.read()
        found = shown.named(self._site, tx, name)
        who = f"{found['name']} ({found['sam']})"
        if found["gone_at"]:
            raise Refusal("gone", f"{who} is not in the directory any more")
        if live_family.observes(tx, shown.FAMILY):
            text = f"{shown.FAMILY} observes, so nothing is changed there: `tickworks site go-live directory`"
            raise Refusal("observing", text)
        directory = self._directory(tx, found)
        try:
            before, after = self._unlocked(directory, UUID(found["guid"]))
        except Refusal as refusal:
            self._record(found, str(refusal))
            raise
        self._keep(directory, found, after)
        if not before.locked:
            return f"{who} was not locked any more"
        return f"{who} is unlocked"

    def _unlocked(self, directory: Any, guid: UUID) -> tuple[UserState, UserState]:
        """How the account stood before and after it. Raises Refusal (not_done, unknown_outcome)."""
        from backends.directory import account
        from backends.directory.connection import server_of
        from backends.directory.session import Session
        from backends.error import BackendError

        try:
            server = server_of(directory, secret.follow, connect_timeout=TIMEOUT / 2, read_timeout=TIMEOUT)
        except SecretError as error:
            raise Refusal("not_done", f"it is not unlocked: {error}") from None
        sent = False
        try:
            with Session(server) as session:
                before = _state(session, guid)
                if not before.locked:
                    return before, before
                sent = True
                account.unlock(session, guid)
                after = _state(session, guid)
        except BackendError as error:
            if not sent or error.kind not in ("unknown_outcome", "unreachable"):
                raise Refusal("not_done", f"it is not unlocked: {error}") from None
            # The answer is lost: whether it was done, only another look can tell.
            after = _looked_up(server, guid, str(error))
        if after.locked:
            raise Refusal(
                "not_done", "it is still locked: the directory did not take it, or was faster again"
            )
        return before, after

    def _directory(self, tx: Tx, found: dict[str, Any]) -> dict[str, Any]:
        row = objects.by_key(tx, "directory", found["directory"])
        if row is None or not row["enabled"]:
            text = f"the directory {found['directory']} is switched off or archived: nothing is changed there"
            raise Refusal("not_done", text)
        return row

    def _keep(self, directory: dict[str, Any], found: dict[str, Any], state: UserState) -> None:
        now = self._site.clock.now()

        def work(tx: Tx) -> None:
            keep_states(tx, "sync_locked_users", directory, {found["guid"]: state}, now)
            self._audit(tx, found, "unlocked")

        database.write(work)

    def _record(self, found: dict[str, Any], said: str) -> None:
        database.write(lambda tx: self._audit(tx, found, said))

    def _audit(self, tx: Tx, found: dict[str, Any], said: str) -> None:
        target = f"directory_user {found['directory']}/{found['sam']}"
        now = self._site.clock.now()
        change.record(tx, actor=self._by, action="user unlock", target=target, now=now, after=said)


def _state(session: Session, guid: UUID) -> UserState:
    from backends.directory.account import STATE
    from backends.directory.read import get

    return user_state(get(session, guid, STATE))


def _looked_up(server: Any, guid: UUID, lost: str) -> UserState:
    from backends.directory.session import Session
    from backends.error import BackendError

    try:
        with Session(server) as session:
            return _state(session, guid)
    except BackendError as error:
        text = f"nobody knows whether it is unlocked ({lost}), and asking failed: {error}; look again later"
        raise Refusal("unknown_outcome", text) from None
