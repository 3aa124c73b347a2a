"""The bytes of a mail: fields, text, HTML and attachments as RFC 5322 and MIME want them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from email.errors import MessageError
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime

from domain.mail.address import checked_address
from domain.mail.extra_headers import Header, checked_headers
from domain.mail.header import checked_line
from domain.mail.problem import MailProblem
from domain.mail.verbatim import registry

#: ASCII only, whatever the text: no server needs to offer 8BITMIME.
POLICY = SMTP.clone(cte_type="7bit", header_factory=registry())

#: (file name, media type, bytes)
File = tuple[str, str, bytes]


def compose(
    *,
    sender: Address,
    to: Sequence[str],
    cc: Sequence[str],
    subject: str,
    text: str,
    html: str | None,
    files: Sequence[File],
    message_id: str,
    at: float,
    size_limit: int,
    headers: Sequence[Header] = (),
) -> bytes:
    """The whole message, at most `size_limit` bytes; blind copies are the envelope's business alone.

    `at`: when the mail was written (epoch seconds); like `message_id` the same at every try.
    Raises MailProblem for what cannot be written, or is too large.
    """
    raw = len(text.encode("utf-8", "replace")) + sum(len(content) for _, _, content in files)
    _check_size(raw, size_limit)  # before base64 makes a third more of it
    message = EmailMessage(policy=POLICY)
    try:
        message["From"] = sender
        message["To"] = _addresses("to", to) or "undisclosed-recipients:;"
        if cc:
            message["Cc"] = _addresses("cc", cc)
        message["Subject"] = checked_line("subject", subject)
        message["Date"] = format_datetime(datetime.fromtimestamp(at, UTC))
        message["Message-ID"] = checked_line("message_id", message_id)
        checked_headers(headers)
        # Keeps vacation answers away from us (RFC 3834).
        for name, value in {"Auto-Submitted": "auto-generated", **dict(headers)}.items():
            message[name] = value
        message.set_content(text)
        if html is not None:
            message.add_alternative(html, subtype="html")
        for name, media_type, content in files:
            kind, _, subtype = media_type.partition("/")
            message.add_attachment(content, maintype=kind, subtype=subtype, filename=name)
        data = message.as_bytes()
    except MailProblem:
        raise
    except (MessageError, ValueError, LookupError, TypeError) as error:
        raise MailProblem(f"the mail cannot be written: {type(error).__name__}: {error}") from None
    _check_size(len(data), size_limit)
    return data


def _addresses(field: str, texts: Sequence[str]) -> tuple[Address, ...]:
    return tuple(Address(addr_spec=checked_address(field, text)) for text in texts)


def _check_size(size: int, limit: int) -> None:
    if size > limit:
        raise MailProblem(
            f"the mail has {size / 2**20:.1f} MB, more than mail.size_limit ({limit / 2**20:g} MB): "
            "send less, or a link"
        )
