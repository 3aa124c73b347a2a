"""A mail that shows whether mail goes out: through the outbox, as any other."""

from __future__ import annotations

from dataclasses import dataclass
from secrets import token_hex

from domain.mail.draft import Draft
from domain.mail.problem import MailProblem
from node.site import Site
from store import change, database
from store.outbox.put import put
from store.tx import Tx
from web.acts.force import force
from web.acts.refusal import Refusal

#: The service that sends what the outbox holds.
SENDER = "mail_manager"


@dataclass(frozen=True)
class Sent:
    """The mail in the outbox, and the run that sends it; None: the next planned one does."""

    mail: int
    run: int | None


def send_test(site: Site, to: str, *, by: str) -> Sent:
    """Put a test mail to this address into the outbox and have it sent.

    Raises Refusal (not_configured, bad_value), DatabaseAway.
    """
    missing = {"mail.host", "mail.sender"} - set(site.settings.mail.has())
    if missing:
        said = " and ".join(sorted(missing))
        raise Refusal("not_configured", f"no mail goes out yet: set {said} in the configuration first")
    name = site.settings.site.name
    draft = Draft(
        once_key=f"test mail {token_hex(8)}",
        to=(to.strip(),),
        subject=f"Test mail of {name}",
        text=f"{by} has sent this from the settings of {name}. Mail goes out.\n",
        source=SENDER,
    )
    now = site.clock.now()

    def work(tx: Tx) -> int:
        mail = put(tx, draft, now)
        assert mail is not None
        change.record(tx, actor=by, action="test mail", target=f"mail {mail}", now=now, after={"to": to})
        return mail

    try:
        mail = database.write(work)
    except MailProblem as problem:
        raise Refusal("bad_value", f"the address cannot be used: {problem}") from None
    return Sent(mail, _hurry(site, by))


def _hurry(site: Site, by: str) -> int | None:
    try:
        return force(site, SENDER, by=by, reason="a test mail waits").run_ids[0]
    except Refusal:
        return None
