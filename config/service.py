"""``[service.NAME]``: a site's defaults for one service.

They stand between the service's own header and live edits. Types and ranges are checked here; what
makes a schedule is a question for `domain.time`, and `options` for the service's own dataclass.
"""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Field, ValidationInfo, field_validator

from config.kinds import Choice, Day, Listed, Seconds, Switch, Table, Text, Whole
from config.problems import Refused
from config.section import DAY_SECONDS, NAME, Names, Section
from config.zone import ZoneName

TimeOfDay = Text('a time from "00:00" to "23:59"', r"([01][0-9]|2[0-3]):[0-5][0-9]")
Weekday = Choice(("mon", "tue", "wed", "thu", "fri", "sat", "sun"))


class ServiceDefaults(Section):
    """What the site says about one service; None (or no options) where it says nothing."""

    enabled: Annotated[bool | None, Switch()] = Field(None, description="whether it is planned at all")
    period: Annotated[int | None, Whole(1, 60)] = Field(None, description="run every so many minutes")
    align: Annotated[int | None, Whole(0, 59)] = Field(
        None, description="minute it is aligned to, below period"
    )
    times: Annotated[Names | None, Listed("times of day", TimeOfDay, 1)] = Field(
        None, description="run at these wall-clock times"
    )
    zone: Annotated[str | None, ZoneName()] = Field(None, description="zone of `times`, else the system's")
    weekdays: Annotated[Names | None, Listed("weekdays", Weekday)] = Field(
        None, description="only on these days of the week"
    )
    days: Annotated[tuple[int | str, ...] | None, Listed("days of the month", Day())] = Field(
        None, description="only on these days of the month"
    )
    roles: Annotated[Names | None, Listed("role names", NAME, 1)] = Field(
        None, description="nodes that may run it; fixed at deployment, never edited on the page"
    )
    run_groups: Annotated[Names | None, Listed("run group names", NAME)] = Field(
        None, description="services that share one never run at the same moment"
    )
    priority: Annotated[int | None, Whole(0, 10)] = Field(None, description="0 is first")
    parallel: Annotated[int | None, Whole(1, 1000)] = Field(None, description="runs of it at once")
    misfire: Annotated[str | None, Choice(("once", "skip", "all"))] = Field(
        None, description="what becomes of planned times that passed unserved"
    )
    misfire_window: Annotated[float | None, Seconds(1, 31 * DAY_SECONDS)] = Field(
        None, description="how late a planned time may still be served"
    )
    overlap: Annotated[str | None, Choice(("queue_one", "skip", "queue_all"))] = Field(
        None, description="what becomes of a planned time while an earlier one waits or runs"
    )
    time_limit: Annotated[float | None, Seconds(1, 31 * DAY_SECONDS)] = Field(
        None, description="a run that takes longer is stopped"
    )
    retries: Annotated[int | None, Whole(0, 100)] = Field(None, description="tries after a failed one")
    retry_lost: Annotated[bool | None, Switch()] = Field(None, description="try again when its node was lost")
    instances: Annotated[str | None, Choice(("one", "each"))] = Field(
        None, description="one in the cluster, or one on each allowed node"
    )
    options: Annotated[dict[str, Any], Table()] = Field(
        {}, description="the service's own options; see its page", repr=False
    )

    @field_validator("align")
    @classmethod
    def _within_the_period(cls, align: int | None, info: ValidationInfo) -> int | None:
        # A field's validator and not the model's: it speaks even when other fields are wrong too.
        period = info.data.get("period")
        if align is not None and period is not None and align >= period:
            raise Refused(f"expected less than the period ({period}), got {align}")
        return align

    def given(self) -> dict[str, Any]:
        """Only what the site has set, by key."""
        return {key: getattr(self, key) for key in type(self).model_fields if key in self.model_fields_set}
