"""What a report can be over: the columns, filters and groups of each kind."""

from __future__ import annotations

from dataclasses import dataclass

from domain import run_state
from domain.jobs import states as job_states

#: Columns whose values are instants (epoch seconds), and spans (s).
INSTANTS = frozenset(("planned_at", "requested_at", "started_at", "ended_at", "added_at"))
SPANS = frozenset(("duration", "queue_time", "avg_duration", "p95_duration"))

#: What a grouped report says of each group; durations in s, of what was started.
MEASURES = ("count", "failures", "avg_duration", "p95_duration")


@dataclass(frozen=True)
class Kind:
    """One kind. `words` are filters that take a list of words; `states` those a state may be.

    `usual` are the columns of a report that names none; `failures` the states that count as failed;
    `open` those of what has not ended.
    """

    columns: tuple[str, ...]
    usual: tuple[str, ...]
    words: tuple[str, ...]
    groups: tuple[str, ...]
    states: tuple[str, ...]
    failures: frozenset[str]
    open: frozenset[str]

    @property
    def filters(self) -> tuple[str, ...]:
        """The names of all its filters."""
        return ("period", *self.words)


KINDS = {
    "runs": Kind(
        columns=(
            *("id", "service", "trigger", "state", "outcome", "node", "day", "planned_at", "requested_at"),
            *("requested_by", "started_at", "ended_at", "queue_time", "duration", "attempt", "reason"),
            *("message", "error"),
        ),
        usual=("id", "service", "state", "started_at", "ended_at", "duration", "node", "error"),
        words=("service", "state", "outcome", "trigger", "node"),
        groups=("service", "state", "outcome", "trigger", "node", "day"),
        states=run_state.STATES,
        failures=frozenset(("failed", "lost", "missed")),
        open=frozenset(run_state.OPEN),
    ),
    "jobs": Kind(
        columns=(
            *("id", "kind", "organisation", "backend", "object", "state", "held_reason", "day", "tries"),
            *("added_at", "added_by", "started_at", "ended_at", "ended_by", "duration", "reason"),
            *("message", "error"),
        ),
        usual=("id", "kind", "organisation", "object", "state", "ended_at", "tries", "error"),
        words=("kind", "state", "organisation", "backend", "object"),
        groups=("kind", "state", "organisation", "backend", "day"),
        states=job_states.STATES,
        failures=frozenset(("failed",)),
        open=frozenset(job_states.OPEN) - {"failed"},
    ),
}
