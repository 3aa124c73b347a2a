"""The message of a mail from the outbox: its content, by the settings of the account it goes out by."""

from __future__ import annotations

from typing import TYPE_CHECKING

from domain.mail.account import MailAccount
from domain.mail.problem import MailProblem

if TYPE_CHECKING:
    from domain.mail.compose import File
    from store.outbox.content import Content

#: Who sends where a site keeps its mail and has not said so.
KEPT_SENDER = "tickworks@localhost"


def compose_for(account: MailAccount, mail: Content) -> tuple[str, bytes]:
    """The envelope's sender and the bytes of the message.

    Raises MailProblem: too large, an attachment that cannot be read, or a sender that is none.
    """
    from domain.mail.address import checked_sender
    from domain.mail.compose import compose

    sender = checked_sender("from", mail.sender or account.sender or KEPT_SENDER)
    message = compose(
        sender=sender,
        to=mail.to,
        cc=mail.cc,
        subject=mail.subject,
        text=mail.text,
        html=mail.html,
        files=_files(account, mail),
        message_id=mail.message_id,
        at=mail.created_at,
        size_limit=account.size_bytes,
        headers=mail.headers,
    )
    return sender.addr_spec, message


def own_domain(account: MailAccount) -> str:
    """The domain of the account's sender, for Message-IDs."""
    from domain.mail.address import checked_sender

    try:
        return checked_sender("from", account.sender or KEPT_SENDER).domain
    except MailProblem:
        return "localhost"


def _files(account: MailAccount, mail: Content) -> list[File]:
    """The attachments with their bytes."""
    from backends import mail_folder

    files = []
    for each in mail.attachments:
        data = each.content
        if each.reference is not None:
            try:
                data = mail_folder.attached(account.attachments_folder, each.reference, account.size_bytes)
            except OSError as error:
                raise MailProblem(
                    f"attachment {each.name}: {each.reference} cannot be read: {error.strerror}"
                ) from None
        files.append((each.name, each.media_type, data or b""))
    return files
