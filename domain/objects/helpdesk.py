"""The helpdesk: departments that answer, and rules for the mail that comes in."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

from domain.mail_in.rules import FIELDS, checked_pattern
from domain.objects.kind import Declared, Kind
from domain.objects.marks import Ref
from domain.objects.text import Name, Note, Optional, Organisation, Sender, Words


class Department(Declared):
    name: Name = Field(title="Name", description="Such as Support or Billing.")
    organisation: Organisation = Field(
        None, title="Organisation", description="By whose server its answers go; empty: by the site's."
    )
    sender: Sender = Field(
        title="Sender",
        min_length=3,
        description="Such as Support <support@example.org>: answers are from there, and replies come there.",
    )
    members: tuple[Name, ...] = Field(
        (), title="Members", max_length=100, description="Staff by name: they are told of new messages."
    )
    enabled: bool = Field(True, title="Active")
    note: Note = Field("", title="Note")


class MailRule(Declared):
    name: Name = Field(title="Name")
    account: Annotated[str | None, Optional, Ref("mail_account")] = Field(
        None, title="Mail account", description="Only mail of this one; empty: of all."
    )
    place: Annotated[int, Field(ge=0, le=100_000)] = Field(
        100, title="Place", description="Rules are tried from the lowest; the first that fits decides."
    )
    field: Literal["from", "to", "subject", "text"] = Field("subject", title="Field")
    test: Literal["contains", "equals", "matches"] = Field(
        "contains",
        title="Test",
        description="In any case of letters. Matches: * stands for any text, ? for one letter.",
    )
    text: Annotated[Words, Field(min_length=1)] = Field(title="Text")
    action: Literal["department", "priority", "spam", "delete", "ignore"] = Field(
        "department",
        title="Action",
        description="Spam: kept as a deleted ticket. Delete: no ticket, gone from the mailbox. "
        "Ignore: no ticket, stays in the mailbox.",
    )
    department: Annotated[str | None, Optional, Ref("department")] = Field(None, title="Department")
    priority: Literal["low", "normal", "high", "urgent"] = Field("normal", title="Priority")
    enabled: bool = Field(True, title="Active")
    note: Note = Field("", title="Note")

    @model_validator(mode="after")
    def _is_whole(self) -> MailRule:
        if self.action == "department" and not self.department:
            raise ValueError("name the department that the mail goes to")
        if self.test == "matches":
            checked_pattern(self.text)
        assert self.field in FIELDS
        return self


KINDS = (
    Kind(
        "department",
        "Department",
        "Departments",
        "department",
        "helpdesk",
        Department,
        about="Who answers tickets, and as whom.",
    ),
    Kind(
        "mail_rule",
        "Mail rule",
        "Mail rules",
        "mail_rule",
        "helpdesk",
        MailRule,
        about="What becomes of mail that comes in, before it is a ticket.",
    ),
)
