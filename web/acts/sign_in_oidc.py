"""Signing in through the identity provider: out to it, and back with what it says of somebody."""

from __future__ import annotations

import hashlib
import hmac
from base64 import urlsafe_b64encode
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from domain.group_role import role_of
from domain.time.spoken import span
from node.site import Site
from store import api_token, change, database, event, identity, oidc_sign_in, session, sign_in_wait, user
from store.tx import Tx
from web.access import secret, sessions
from web.access.wait_key import address_key
from web.access.who import ROLES
from web.acts.refusal import Refusal
from web.acts.users import NAME

if TYPE_CHECKING:
    from web.access.oidc import Person, Proofs, Provider

ACTOR = "identity provider"
#: What is not the fault of whoever signs in, and an event instead.
PROVIDER_FAULTS = frozenset({"provider_away", "provider_wrong", "client_refused"})
NOT_COUNTED = PROVIDER_FAULTS | {"provider_busy"}


@dataclass(frozen=True)
class Return:
    """A browser that came back from the provider, to the attempt that it began."""

    wanted: str
    state: str = field(repr=False)
    browser: str = field(repr=False)
    code: str = field(repr=False)
    error: str = ""
    issuer: str = ""


def begin(site: Site, provider: Provider, *, browser: str, wanted: str, redirect_uri: str) -> str:
    """Begin an attempt for the holder of the secret `browser`; the provider's address to go to.

    Raises Refusal (those of `web.access.oidc.Provider`, wait).
    """
    state, now = secret.made(), site.clock.now()
    try:
        address = provider.sign_in_address(
            state=state, proofs=_proofs(state, browser), redirect_uri=redirect_uri
        )
    except Refusal as refusal:
        _note(site, refusal)
        raise
    kept = {"state": secret.hashed(state), "browser": secret.hashed(browser)}
    if not database.write(
        lambda tx: oidc_sign_in.start(tx, **kept, wanted=wanted, now=now),
        durable=False,
    ):
        raise Refusal("wait", "too many sign-ins are under way: try again in 10 min")
    return address


def resume(
    site: Site, *, state: str, browser: str, code: str, error: str, issuer: str, address: str
) -> Return:
    """The attempt that an answer belongs to; it can be resumed once, by the browser that began it.

    Raises Refusal (wait, sign_in_over).
    """
    now = site.clock.now()
    _attempt(address, now)
    kept = {"state": secret.hashed(state), "browser": secret.hashed(browser)}
    wanted = database.write(lambda tx: oidc_sign_in.take(tx, **kept, now=now)) if state and browser else None
    if wanted is None:
        refusal = Refusal(
            "sign_in_over", "this sign-in is over, used or of another browser: begin again from here"
        )
        _refused(site, refusal)
        raise refusal
    return Return(wanted, state, browser, code, error, issuer)


def finish(
    site: Site, provider: Provider, back: Return, *, redirect_uri: str, address: str, agent: str
) -> str:
    """Begin a session for whom the provider has signed in; the secret for the cookie.

    Their role is that of their groups, anew each time. Raises Refusal (those of
    `web.access.oidc.Provider`, provider_refused, no_role, bad_name, disabled, local_name, unknown_user,
    last_admin).
    """
    try:
        made = _finish(site, provider, back, redirect_uri, address, agent)
    except Refusal as refusal:
        if refusal.code in NOT_COUNTED:
            database.write(lambda tx: _not_counted(tx, address))
        _note(site, refusal)
        raise
    return made


def _finish(site: Site, provider: Provider, back: Return, redirect_uri: str, address: str, agent: str) -> str:
    if back.error or not back.code:
        raise _said_no(back.error)
    person = provider.person(
        code=back.code,
        issuer=back.issuer,
        proofs=_proofs(back.state, back.browser),
        redirect_uri=redirect_uri,
        now=site.clock.now(),
    )
    now = site.clock.now()
    role = role_of(person.groups, site.settings.oidc.roles, ROLES)
    if role is None:
        database.write(lambda tx: _shut_out(tx, person, now))
        raise Refusal("no_role", "none of your groups has a role here: ask an admin of Tickworks")

    def work(tx: Tx) -> str:
        admins = user.lock_admins(tx)
        row = _user(tx, site, person, role, now)
        if row["disabled_at"] is not None:
            raise Refusal("disabled", f"the user {row['name']} is disabled here: ask an admin of Tickworks")
        _take_role(tx, row, role, admins, now)
        _not_counted(tx, address)
        change.record(
            tx,
            actor=row["name"],
            action="sign in",
            target=f"user {row['name']}",
            now=now,
            after={"through": person.issuer},
        )
        return sessions.start(tx, user_id=row["id"], address=address, agent=agent, now=now)

    return database.write(work)


def _user(tx: Tx, site: Site, person: Person, role: str, now: float) -> dict[str, Any]:
    """The row of the user that this person is; a new one where nobody has the name."""
    row = identity.user_of(tx, person.issuer, person.subject)
    if row is not None:
        return row
    if not NAME.fullmatch(person.name):
        claim = site.settings.oidc.name_claim
        raise Refusal(
            "bad_name", f"the identity provider gives no name that can be used here (claim {claim})"
        )
    row = user.by_name(tx, person.name)
    if row is None:
        return _made(tx, site, person, role, now)
    if identity.claim(tx, row["id"], person.issuer, person.subject):
        change.record(
            tx, actor=ACTOR, action="user link", target=f"user {row['name']}", now=now, after=_link(person)
        )
        return row
    raise Refusal(
        "local_name",
        f"the name {row['name']} belongs to another user here: an admin may link it "
        f"(`tickworks user link {row['name']}`)",
    )


def _made(tx: Tx, site: Site, person: Person, role: str, now: float) -> dict[str, Any]:
    if not site.settings.oidc.create_users:
        raise Refusal("unknown_user", f"there is no user {person.name} here: ask an admin of Tickworks")
    # Without a password: no password matches an empty hash.
    user_id = user.add(tx, name=person.name, password="", role=role, must_change=False, now=now)
    linked = user_id is not None and identity.link(
        tx, user_id, person.issuer, person.subject, now, made_by_sign_in=True
    )
    if user_id is None or not linked:
        raise Refusal("edited_meanwhile", "somebody else has just taken this name: sign in again")
    after = {"role": role, **_link(person)}
    change.record(tx, actor=ACTOR, action="user add", target=f"user {person.name}", now=now, after=after)
    row = user.by_id(tx, user_id)
    assert row is not None
    return row


def _take_role(tx: Tx, row: dict[str, Any], role: str, admins: list[int], now: float) -> None:
    """Give them the role of their groups, if it is another one; older sessions and tokens follow."""
    if row["role"] == role:
        return
    if admins == [row["id"]] and role != "admin":
        raise Refusal(
            "last_admin",
            f"{row['name']} is the last admin with a password, and their groups make them {role}: "
            "make another admin first",
        )
    user.set_role(tx, row["id"], role)
    session.end_all(tx, row["id"], now)
    api_token.lower_all(tx, row["id"], role, ROLES[ROLES.index(role) + 1 :])
    change.record(
        tx,
        actor=ACTOR,
        action="user role",
        target=f"user {row['name']}",
        now=now,
        before={"role": row["role"]},
        after={"role": role},
        reason="their groups",
    )


def _shut_out(tx: Tx, person: Person, now: float) -> None:
    """Somebody who has no role any more leaves the sessions that they still have."""
    row = identity.user_of(tx, person.issuer, person.subject)
    if row is not None and (count := session.end_all(tx, row["id"], now)):
        change.record(
            tx,
            actor=ACTOR,
            action="session end",
            target=f"user {row['name']}",
            now=now,
            after={"count": count},
            reason="none of their groups has a role",
        )


def _said_no(error: str) -> Refusal:
    from web.access.oidc import WORD

    word = error if WORD.fullmatch(error) else "an unknown error" if error else "no code"
    what = "did not let you in" if word == "access_denied" else "did not sign you in"
    return Refusal("provider_refused", f"the identity provider {what} ({word}): try again, or ask its admin")


def _proofs(state: str, browser: str) -> Proofs:
    """Nonce and verifier of an attempt: made from what the browser holds, so nobody need keep them."""
    from web.access.oidc import Proofs

    return Proofs(nonce=_derived(browser, f"nonce {state}"), verifier=_derived(browser, f"verifier {state}"))


def _derived(key: str, text: str) -> str:
    digest = hmac.digest(key.encode(), text.encode("utf-8", "surrogatepass"), hashlib.sha256)
    return urlsafe_b64encode(digest).rstrip(b"=").decode()


def _attempt(address: str, now: float) -> None:
    """Count a failure for the address for now, as with passwords: each costs entries in the audit trail."""
    place = address_key(address)
    try:
        database.write(lambda tx: sign_in_wait.attempt(tx, _account(address), place, now), durable=False)
    except sign_in_wait.Waiting as waiting:
        raise Refusal(
            "wait", f"too many failed sign-ins: try again in {span(int(waiting.seconds))}"
        ) from None


def _not_counted(tx: Tx, address: str) -> None:
    sign_in_wait.succeeded(tx, _account(address), address_key(address))


def _account(address: str) -> str:
    # No user's name has a space: whoever fails here keeps nobody from their password.
    return f"oidc {address_key(address)}"


def _note(site: Site, refusal: Refusal) -> None:
    """Faults of the provider become events, once an hour each; what somebody may not, an audit entry."""
    if refusal.code not in PROVIDER_FAULTS:
        _refused(site, refusal)
        return
    now = site.clock.now()
    database.write(
        lambda tx: event.add(
            tx,
            at=now,
            type="sign_in",
            severity="error",
            sender="sign-in",
            text=str(refusal),
            tags=("sign_in",),
            key=f"oidc:{refusal}:{int(now // 3600)}",
        ),
        durable=False,
    )


def _refused(site: Site, refusal: Refusal) -> None:
    if refusal.code in ("wait", "provider_busy"):
        return
    now = site.clock.now()
    database.write(
        lambda tx: change.record(
            tx, actor=ACTOR, action="sign in refused", target=ACTOR, now=now, reason=str(refusal)
        )
    )


def _link(person: Person) -> dict[str, str]:
    return {"issuer": person.issuer, "subject": person.subject}
