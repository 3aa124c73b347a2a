"""What an admin does with sealed secrets: set, rotate the key, remove, say that the key is kept elsewhere.

Values go in and never come out: no act returns one, and the audit trail names only the secret.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from backends.vault_key import KeySource, NoKeyFile, Ring, WrongKey, new_key
from config.known_secrets import SHORTEST, learn
from config.secrets import SecretError
from node.site import Site, key_source
from store import change, database, secret, setting
from store.tx import Tx
from web.acts.refusal import Refusal
from web.shown.secrets import KEPT, uses

NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,63}")
#: Bytes of the longest secret; a chain of certificates with its key is far below.
LONGEST = 65_536

Result = TypeVar("Result")


@dataclass(frozen=True)
class Rotated:
    """`sealed` secrets were sealed anew; with `new_key`, by one just made.

    `dropped` old keys are gone, `old` ones stay; `reference`: in a ring whose keys are its owner's.
    """

    sealed: int
    new_key: bool
    dropped: int
    old: int
    reference: str


class Secrets:
    """The acts of one person; each is one transaction.

    They raise Refusal (bad_value, unknown_secret, in_use, no_key, no_new_key, old_key, cannot_open, not_ours)
    and DatabaseAway.
    """

    def __init__(self, site: Site, *, by: str, reason: str | None = None) -> None:
        self._site = site
        self._by = by
        self._reason = reason
        self._source: KeySource = key_source(site.settings)

    def set(self, name: str, value: str, *, new_key: bool = False) -> bool:
        """Seal a secret; True if there was none of this name. The first one makes the key file.

        Where there are secrets but no key file (a restored system), only `new_key` makes one: those
        secrets must then be set anew.
        """
        learn(value)
        _check(name, value)

        def work(tx: Tx) -> bool:
            new = self._seal(tx, name, value, new_key)
            self._record(tx, "secret set", f"secret {name}")
            return new

        return self.write(work)

    def seal(self, tx: Tx, name: str, value: str) -> bool:
        """The same for something whose change is audited by itself, in its own transaction (see `write`)."""
        learn(value)
        _check(name, value)
        return self._seal(tx, name, value, new_key=False)

    def remove(self, name: str) -> None:
        """Take a secret away that nothing refers to."""

        def work(tx: Tx) -> None:
            if places := uses(self._site.settings, tx).get(name):
                where = " and ".join(places)
                raise Refusal("in_use", f"secret {name} is needed by {where}: change that first")
            if not secret.remove(tx, name):
                raise Refusal(
                    "unknown_secret", f"there is no secret {name}: `tickworks secret list` names them"
                )
            self._record(tx, "secret removed", f"secret {name}")

        self.write(work)

    def rotate(self, *, drop_old: bool = False) -> Rotated:
        """Make a new key and seal every secret with it; the old keys stay, for nodes that have no copy yet.

        With `drop_old` they go, once nothing needs them; where old ones were kept, no new key is made.
        A ring by reference is its owner's: its first key is the new one, and nothing is dropped.
        """
        try:
            return self._rotate_ours(drop_old) if self._source.writable else self._rotate_theirs(drop_old)
        except OSError as error:
            raise self._unwritable(error) from None

    def kept_elsewhere(self) -> str:
        """Note that a copy of today's key is kept away from this system; where the key is."""
        ring = self._ring()

        def work(tx: Tx) -> None:
            now = self._now()
            setting.put(tx, KEPT, {"key": ring.ids[0], "by": self._by, "at": now}, now)
            self._record(tx, "secret key kept elsewhere", "secret key", after=ring.ids[0])

        self.write(work)
        return self._source.where

    def write(self, work: Callable[[Tx], Result]) -> Result:
        """Do it in one transaction; what is wrong with the keys becomes a Refusal."""
        try:
            return database.write(work)
        except WrongKey as error:
            raise self._cannot_open(str(error)) from None
        except SecretError as error:
            raise Refusal("no_key", str(error)) from None
        except OSError as error:
            raise self._unwritable(error) from None

    def _seal(self, tx: Tx, name: str, value: str, new_key: bool) -> bool:
        secret.lock(tx)
        ring = self._ring_for(tx, name, new_key)
        return secret.put(tx, ring, name, value, by=self._by, now=self._now())

    def _ring_for(self, tx: Tx, name: str, new_key: bool) -> Ring:
        """The keys to seal with, made where there are none; under the lock."""
        try:
            return self._source.ring()
        except NoKeyFile as error:
            others = [row["name"] for row in secret.rows(tx) if row["name"] != name]
            if others and not new_key:
                text = f"{error}; or make a new one with --new-key: {', '.join(others)} must then be set anew"
                raise Refusal("no_key", text) from None
        return self._source.make()

    def _rotate_ours(self, drop_old: bool) -> Rotated:
        source = self._source
        with source.alone():
            ring = self._ring()
            if closed := secret.closed(database.read(), source):
                raise self._cannot_open(", ".join(closed))
            made = not (drop_old and len(ring.keys) > 1)
            if made:
                # On the disk before anything is sealed with it: what is sealed can always be opened.
                ring = source.replace((new_key(), *ring.keys))
            sealed = self.write(lambda tx: self._reseal(tx, ring))
            dropped = self.write(lambda tx: self._drop(tx, ring)) if drop_old else 0
            return Rotated(sealed, made, dropped, len(ring.keys) - 1 - dropped, source.reference)

    def _rotate_theirs(self, drop_old: bool) -> Rotated:
        where, ring = self._source.where, self._ring()
        if drop_old:
            raise Refusal("not_ours", f"the keys are in {where}: take the old ones out of it there")
        sealed = self.write(lambda tx: self._reseal(tx, ring))
        if not sealed:
            text = f"{where} has no new key: put one first in it, the old one behind, then rotate"
            raise Refusal("no_new_key", text)
        return Rotated(sealed, False, 0, len(ring.keys) - 1, where)

    def _reseal(self, tx: Tx, ring: Ring) -> int:
        secret.lock(tx)
        sealed = secret.reseal(tx, ring)
        if sealed:
            self._record(tx, "secret key rotated", "secret key", after=ring.ids[0])
        return sealed

    def _drop(self, tx: Tx, ring: Ring) -> int:
        """In a transaction of its own: what the new key sealed is committed and on the disk."""
        secret.lock(tx)
        if secret.sealed_before(tx, ring):
            text = "a node has sealed with an old key meanwhile: give it the new one, then do this again"
            raise Refusal("old_key", text)
        self._record(tx, "old secret keys dropped", "secret key", before=list(ring.ids[1:]))
        self._source.replace(ring.keys[:1])
        return len(ring.keys) - 1

    def _ring(self) -> Ring:
        try:
            return self._source.ring()
        except NoKeyFile as error:
            if not secret.count(database.read()):
                raise Refusal(
                    "no_key", "there is no key yet: the first `tickworks secret set` makes it"
                ) from None
            raise Refusal("no_key", str(error)) from None
        except SecretError as error:
            raise Refusal("no_key", str(error)) from None

    def _cannot_open(self, names: str) -> Refusal:
        text = f"no key in {self._source.where} opens {names}: bring the key back, set anew or remove"
        return Refusal("cannot_open", text)

    def _unwritable(self, error: OSError) -> Refusal:
        return Refusal("no_key", f"{self._source.file} cannot be written: {error.strerror or error}")

    def _record(self, tx: Tx, action: str, target: str, **more: object) -> None:
        values = {"actor": self._by, "now": self._now(), "reason": self._reason, **more}
        change.record(tx, action=action, target=target, **values)  # type: ignore[arg-type]

    def _now(self) -> float:
        return self._site.clock.now()


def _check(name: str, value: str) -> None:
    """Raises Refusal (bad_value); nothing of the value is repeated."""
    if not NAME.fullmatch(name):
        raise Refusal("bad_value", "the name of a secret is 1 to 64 letters, digits, _, . and -")
    if len(value.strip()) < SHORTEST:
        text = (
            f"secret {name}: expected at least {SHORTEST} characters: shorter ones cannot be kept out of logs"
        )
        raise Refusal("bad_value", text)
    try:
        size = len(value.encode())
    except UnicodeEncodeError:
        raise Refusal("bad_value", f"secret {name}: expected UTF-8 text") from None
    if size > LONGEST or "\0" in value:
        raise Refusal("bad_value", f"secret {name}: expected text of at most {LONGEST} bytes, without NUL")
