"""What all runs of a process share."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from actors import Service
from broker.publish import Telling
from broker.runner.active import ActiveRun
from broker.tracing import Traces, Untraced
from coordinator.grants import Here
from coordinator.world import Rules
from domain.time.clock import Clock
from store.run.claimed import ClaimedRun


@dataclass(frozen=True)
class Engine:
    """What all runs of a process share."""

    services: Mapping[str, Service]
    here: Here
    rules: Rules
    clock: Clock
    log_folder: Path
    publisher: Telling
    started: Callable[[ActiveRun], None]  # tell the board before and after each attempt
    ended: Callable[[ActiveRun], None]
    hand_off: Callable[[ClaimedRun], bool] = lambda claimed: False  # a long run goes to a child of its own
    traces: Traces = field(default_factory=Untraced)
