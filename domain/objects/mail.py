"""Mail of organisations: the server that takes theirs, and mailboxes that are read."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

from domain.objects.kind import Declared, Kind
from domain.objects.marks import Ref
from domain.objects.text import Name, Needed, NeededHost, Note, Organisation, Port, Secret, Sender, Words


class SmtpSettings(Declared):
    organisation: Annotated[str, Needed, Ref("organisation")] = Field(
        title="Organisation", min_length=1, description="Its mail, and that of those below it, goes this way."
    )
    host: NeededHost = Field(title="Server", description="The server that takes the mail.")
    port: Port = Field(0, title="Port", description="0 takes that of the security: 587, 465 or 25.")
    security: Literal["starttls", "tls", "none"] = Field(
        "starttls", title="Security", description="The certificate is always checked."
    )
    ca_file: Words = Field(
        "", title="Certificates", description="A PEM file to trust instead of the machine's certificates."
    )
    username: Words = Field("", title="User", description="Whom to sign in as, if the server asks for it.")
    password: Secret = Field("", title="Password")
    sender: Sender = Field(
        title="Sender", min_length=3, description="Such as Shop <shop@example.org>; its mail is from there."
    )

    @model_validator(mode="after")
    def _signs_in(self) -> SmtpSettings:
        if self.password and not self.username:
            raise ValueError("a password needs a user to sign in as")
        return self


class MailAccount(Declared):
    name: Name = Field(title="Name")
    organisation: Organisation = Field(None, title="Organisation", description="Whose mailbox it is.")
    protocol: Literal["imap", "pop3"] = Field("imap", title="Protocol")
    host: NeededHost = Field(title="Server")
    port: Port = Field(0, title="Port", description="0 takes the usual one: 993, 995, 143 or 110.")
    security: Literal["tls", "starttls", "none"] = Field("tls", title="Security")
    ca_file: Words = Field(
        "", title="Certificates", description="A PEM file to trust instead of the machine's certificates."
    )
    username: Annotated[Words, Field(min_length=1)] = Field(title="User")
    password: Secret = Field("", title="Password")
    folder: Words = Field("INBOX", title="Folder", description="Of IMAP; POP3 has only one.")
    enabled: bool = Field(True, title="Active")
    note: Note = Field("", title="Note")


KINDS = (
    Kind(
        "smtp_settings",
        "SMTP settings",
        "SMTP settings",
        "smtp_settings",
        "core",
        SmtpSettings,
        key="organisation",
        about="The server by which an organisation's mail goes out; others use the site's.",
        connection="backends.smtp_connection:try_out",
    ),
    Kind(
        "mail_account",
        "Mail account",
        "Mail accounts",
        "mail_account",
        "helpdesk",
        MailAccount,
        about="Mailboxes that services read.",
        connection="backends.mail_in.opened:try_out",
    ),
)
