"""A mail as a service hands it to the outbox, and the checks it passes there."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import PurePosixPath

from domain.mail.address import checked_address, checked_sender
from domain.mail.extra_headers import Header, checked_headers, checked_message_id
from domain.mail.header import checked_line
from domain.mail.problem import MailProblem

MOST_RECIPIENTS = 100
#: Bytes of an attachment that is kept in the database; a larger one stays a file and is given by reference.
LARGEST_KEPT = 5 * 2**20
LARGEST_BODY = 5 * 2**20
LONGEST_KEY = 200

_MEDIA_TYPE = re.compile(r"[a-z0-9][a-z0-9.+-]{0,60}/[a-z0-9][a-z0-9.+-]{0,80}")


@dataclass(frozen=True)
class Attachment:
    """A file of a mail: its bytes, or `reference`, a path below the site's attachments folder."""

    name: str
    media_type: str = "application/octet-stream"
    content: bytes | None = None
    reference: str | None = None


@dataclass(frozen=True)
class Draft:
    """A mail to be sent once per `once_key`, whoever asks how often.

    `owner`: the organisation whose settings it goes out by, None for the system. `sender` is that of
    those settings unless given. `source`: the service that wrote it. `family`: whose mail it is, kept
    as a file while that family observes; None for the site's own mail to its staff. `headers`: more fields,
    of those in `domain.mail.extra_headers`. `message_id`: else one is made at the first try.
    `at_most_once`: where nobody knows whether it arrived, it is not sent again under the same Message-ID.
    """

    once_key: str
    to: tuple[str, ...]
    subject: str
    text: str
    html: str | None = None
    cc: tuple[str, ...] = ()
    bcc: tuple[str, ...] = ()
    sender: str | None = None
    owner: str | None = None
    source: str = ""
    attachments: tuple[Attachment, ...] = ()
    not_before: float = 0.0
    family: str | None = None
    headers: tuple[Header, ...] = ()
    message_id: str | None = None
    at_most_once: bool = False

    def recipients(self) -> list[tuple[str, str]]:
        """(``to``, ``cc`` or ``bcc``; address), each address once. Raises MailProblem."""
        found: dict[str, str] = {}
        for field, addresses in (("to", self.to), ("cc", self.cc), ("bcc", self.bcc)):
            for text in addresses:
                found.setdefault(checked_address(field, text), field)
        return [(field, address) for address, field in found.items()]


def checked(draft: Draft) -> Draft:
    """The same draft. Raises MailProblem with all that is wrong with it."""
    problems = list(_problems(draft))
    if problems:
        raise MailProblem("; ".join(problems))
    return draft


def checked_reference(reference: str) -> PurePosixPath:
    """A path that stays below the attachments folder. Raises MailProblem."""
    path = PurePosixPath(reference)
    if not reference or path.is_absolute() or ".." in path.parts or "\0" in reference:
        raise MailProblem(f"attachment: {reference!r} is not a path below the attachments folder")
    return path


def _problems(draft: Draft) -> Iterator[str]:
    if not draft.once_key:
        yield "once_key: expected a text that is the same whenever the same mail is meant"
    checks: list[Callable[[], object]] = [
        partial(checked_line, "once_key", draft.once_key, LONGEST_KEY),
        partial(checked_line, "subject", draft.subject),
        partial(checked_line, "owner", draft.owner or ""),
        partial(checked_line, "source", draft.source),
        partial(_check_recipients, draft),
        partial(_check_body, draft),
        partial(checked_headers, draft.headers),
        *(partial(_check_attachment, each) for each in draft.attachments),
    ]
    if draft.message_id is not None:
        checks.append(partial(checked_message_id, draft.message_id))
    if draft.sender is not None:
        checks.append(partial(checked_sender, "from", draft.sender))
    for check in checks:
        try:
            check()
        except MailProblem as problem:
            yield str(problem)


def _check_recipients(draft: Draft) -> None:
    count = len(draft.recipients())
    if not 1 <= count <= MOST_RECIPIENTS:
        raise MailProblem(f"recipients: expected 1 to {MOST_RECIPIENTS}, got {count}")


def _check_body(draft: Draft) -> None:
    for field, text in (("text", draft.text), ("html", draft.html or "")):
        if "\0" in text or any("\ud800" <= char <= "\udfff" for char in text):
            raise MailProblem(f"{field}: holds a NUL or half a character; expected plain text")
        if len(text) > LARGEST_BODY:
            raise MailProblem(f"{field}: {len(text)} characters; at most {LARGEST_BODY}")


def _check_attachment(each: Attachment) -> None:
    checked_line("attachment name", each.name, 200)
    if not each.name or "/" in each.name or "\\" in each.name:
        raise MailProblem(f"attachment name: expected a file name without folders, got {each.name!r}")
    if not _MEDIA_TYPE.fullmatch(each.media_type):
        raise MailProblem(f"attachment {each.name}: {each.media_type!r} is not a media type such as text/csv")
    if (each.content is None) == (each.reference is None):
        raise MailProblem(f"attachment {each.name}: expected either its bytes or a reference")
    if each.reference is not None:
        checked_reference(each.reference)
    if each.content is not None and len(each.content) > LARGEST_KEPT:
        raise MailProblem(
            f"attachment {each.name}: {len(each.content)} bytes; more than {LARGEST_KEPT} go by reference"
        )
