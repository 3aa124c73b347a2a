"""Every workload, in the order of the page."""

from __future__ import annotations

from bench.workload import Workload
from bench.workloads import (
    crash,
    exclusion,
    force,
    growth,
    history,
    idle,
    line,
    many,
    minute,
    pruning,
    recovery,
    throughput,
    told,
)

WORKLOADS: tuple[Workload, ...] = (
    throughput.WORKLOAD,
    exclusion.WORKLOAD,
    minute.WORKLOAD,
    force.WORKLOAD,
    crash.WORKLOAD,
    idle.WORKLOAD,
    many.WORKLOAD,
    recovery.WORKLOAD,
    line.WORKLOAD,
    history.WORKLOAD,
    pruning.WORKLOAD,
    growth.WORKLOAD,
    *told.WORKLOADS,
)
