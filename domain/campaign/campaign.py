"""What somebody writes down of a campaign, and the checks it passes before it is kept."""

from __future__ import annotations

from dataclasses import dataclass, field

from domain.campaign.audience import Audience
from domain.mail import written
from domain.mail.address import checked_sender
from domain.mail.header import checked_line
from domain.mail.problem import MailProblem

#: What a text may name, with what it stands for.
FIELDS = {
    "name": "the recipient's name",
    "email": "the recipient's address",
    "organisation": "the recipient's organisation",
    "campaign": "the campaign's name",
    "unsubscribe": "the link to get no more; without it, a line with it stands below the text",
}
STATES = ("draft", "scheduled", "sending", "paused", "done", "cancelled")
RECIPIENTS = ("waiting", "queued", "sent", "failed", "bounced", "unsubscribed")
FASTEST, LARGEST_BATCH = 60_000, 5_000
_BELOW = "\n-- \nTo get no more of these mails: {{ unsubscribe }}\n"


@dataclass(frozen=True)
class Campaign:
    """`organisation`: whose mail it is, by name; None: the site's own. At most `per_minute` go in a minute.

    `batch`: so many are handed to the outbox at once; a pause takes back those that have not begun.
    """

    name: str
    subject: str
    body: str
    audience: Audience = field(default_factory=Audience)
    organisation: str | None = None
    sender: str = ""
    per_minute: int = 60
    batch: int = 100


@dataclass(frozen=True)
class Person:
    """Somebody who gets it."""

    address: str
    name: str = ""
    organisation: str = ""


def checked(made: Campaign) -> Campaign:
    """The same. Raises MailProblem with all that is wrong with it."""
    problems = []
    for check in (_check_name, _check_texts, _check_sender, _check_pace):
        try:
            check(made)
        except MailProblem as problem:
            problems.append(str(problem))
    if problems:
        raise MailProblem("; ".join(problems))
    return made


def mail_for(made: Campaign, person: Person, unsubscribe: str) -> tuple[str, str]:
    """Subject and text for one recipient. Raises MailProblem."""
    values = {
        "name": person.name,
        "email": person.address,
        "organisation": person.organisation,
        "campaign": made.name,
        "unsubscribe": unsubscribe,
    }
    subject = checked_line("subject", written.fill("subject", made.subject, values).strip())
    if not subject:
        raise MailProblem("subject: it is empty for this recipient")
    body = made.body
    if unsubscribe not in (text := written.fill("text", body, values)):
        text = text.rstrip("\n") + "\n" + written.fill("text", _BELOW, values)
    return subject, text


def _check_name(made: Campaign) -> None:
    checked_line("name", made.name, 120)
    if not made.name.strip() or made.name != made.name.strip():
        raise MailProblem("name: expected a name without spaces around it")


def _check_texts(made: Campaign) -> None:
    checked_line("subject", made.subject)
    if not made.subject.strip():
        raise MailProblem("subject: it is empty")
    if not made.body.strip():
        raise MailProblem("text: it is empty")
    if "\0" in made.body or any("\ud800" <= letter <= "\udfff" for letter in made.body):
        raise MailProblem("text: holds a NUL or half a character; expected plain text")
    written.check("subject", made.subject, FIELDS)
    written.check("text", made.body, FIELDS)


def _check_sender(made: Campaign) -> None:
    if made.sender:
        checked_sender("sender", made.sender)


def _check_pace(made: Campaign) -> None:
    for name, value, most in (
        ("per_minute", made.per_minute, FASTEST),
        ("batch", made.batch, LARGEST_BATCH),
    ):
        if not 1 <= value <= most:
            raise MailProblem(f"{name}: expected 1 to {most}, got {value}")
