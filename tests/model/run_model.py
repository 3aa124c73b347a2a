"""Runs the model for a number of steps from a seed."""

from __future__ import annotations

from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.model.machine import Model
from tests.model.moments import Moments

#: How long one site lives.
LIFE = 80


def run_model(steps: int, start: int, *, shrink: bool = True) -> int:
    """Take at least so many steps, over several sites; how many it were. Raises what the laws find."""
    before, number = Moments.steps, 0
    while Moments.steps - before < steps:
        left = steps - (Moments.steps - before)
        # The first site of each go is the simplest one, in which next to nothing happens.
        _run(left // LIFE + 5, start + number, shrink)
        number += 7919
    return Moments.steps - before


def _run(sites: int, start: int, shrink: bool) -> None:
    class Seeded(Model):
        pass

    seed(start)(Seeded)
    phases = (Phase.generate, Phase.shrink) if shrink else (Phase.generate,)
    run_state_machine_as_test(
        Seeded,
        settings=settings(
            max_examples=sites,
            stateful_step_count=LIFE,
            deadline=None,
            database=None,
            derandomize=False,
            print_blob=True,
            report_multiple_bugs=False,
            phases=phases,
            suppress_health_check=list(HealthCheck),
        ),
    )
