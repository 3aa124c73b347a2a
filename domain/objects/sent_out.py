"""What goes out by itself: usage reports at set times, and calls to other systems about events."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, field_validator, model_validator

from domain.mail.address import checked_address
from domain.mail.problem import MailProblem
from domain.objects.kind import Declared, Kind
from domain.objects.text import Name, Note, Organisation, Secret, WebAddress, Words, plain
from domain.report.usage_kinds import KINDS as REPORTS
from domain.report.usage_kinds import problem
from domain.time.problems import zone_problems

Time = Annotated[str, Field(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$")]
Weekday = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]


class ReportSchedule(Declared):
    name: Name = Field(title="Name")
    organisation: Organisation = Field(
        None, title="Organisation", description="About it and those below it; empty: about all."
    )
    report: Words = Field(title="Report", min_length=1, description=f"One of {', '.join(REPORTS)}.")
    format: Literal["csv", "xlsx", "pdf"] = Field("csv", title="Format")
    times: tuple[Time, ...] = Field(("06:00",), title="At", description="HH:MM.", min_length=1, max_length=24)
    weekdays: tuple[Weekday, ...] = Field((), title="Weekdays", description="None: every day.", max_length=7)
    days: tuple[Annotated[str, Field(pattern=r"^([1-9]|[12][0-9]|3[01]|last)$")], ...] = Field(
        (), title="Days", description="1 to 31 or last; empty: every day.", max_length=32
    )
    zone: Words = Field("", title="Zone", description="Such as Europe/Berlin; empty: the site's.")
    recipients: tuple[str, ...] = Field(
        title="To", description="Mail addresses, with commas.", min_length=1, max_length=50
    )
    enabled: bool = Field(True, title="Active")
    note: Note = Field("", title="Note")

    @field_validator("recipients", mode="after")
    @classmethod
    def _addresses(cls, given: tuple[str, ...]) -> tuple[str, ...]:
        try:
            return tuple(dict.fromkeys(checked_address("address", plain(each)) for each in given))
        except MailProblem as problem:
            raise ValueError(str(problem).removeprefix("address: ")) from None

    @field_validator("zone", mode="after")
    @classmethod
    def _zone_exists(cls, given: str) -> str:
        if given and (problems := zone_problems(given)):
            raise ValueError(problems[0])
        return given

    @field_validator("report", mode="after")
    @classmethod
    def _report_exists(cls, given: str) -> str:
        if said := problem(given, None):
            raise ValueError(said)
        return given

    @model_validator(mode="after")
    def _report_is_about_it(self) -> ReportSchedule:
        if said := problem(self.report, self.organisation or None):
            raise ValueError(said)
        return self


class EventHook(Declared):
    name: Name = Field(title="Name")
    organisation: Organisation = Field(
        None, title="Organisation", description="Only what is about it or those below it; empty: all."
    )
    address: WebAddress = Field(title="Address", min_length=8, description="Each event is sent there.")
    events: tuple[Annotated[str, Field(pattern=r"^[a-z0-9_.*-]{1,80}$")], ...] = Field(
        ("*",),
        title="Events",
        description="Names; * stands for any.",
        min_length=1,
        max_length=50,
    )
    secret: Secret = Field("", title="Signing key", description="Calls are signed with it (HMAC-SHA256).")
    timeout: Annotated[float, Field(gt=0, le=60)] = Field(10.0, title="Timeout", description="Seconds.")
    allow_private: bool = Field(
        False, title="Private addresses", description="Allow an address of this machine or a private network."
    )
    enabled: bool = Field(True, title="Active")
    note: Note = Field("", title="Note")


KINDS = (
    Kind(
        "report_schedule",
        "Report schedule",
        "Report schedules",
        "usage_report_schedule",
        "helpdesk",
        ReportSchedule,
        about="Which report goes to whom, and when.",
    ),
    Kind(
        "event_hook",
        "Event hook",
        "Event hooks",
        "event_hook",
        "core",
        EventHook,
        about="Other systems that are called when something happens.",
        connection="backends.http.hook_trial:try_hook",
    ),
)
