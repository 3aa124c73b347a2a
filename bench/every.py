"""Every workload, in the order of the page."""

from __future__ import annotations

from bench.workload import Workload
from bench.workloads import (
    checks,
    crash,
    directory,
    exclusion,
    force,
    growth,
    history,
    idle,
    line,
    many,
    minute,
    probes,
    pruning,
    recovery,
    samples,
    throughput,
    told,
    zone_copy,
    zones,
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
    probes.WORKLOAD,
    checks.WORKLOAD,
    samples.WORKLOAD,
    zones.WORKLOAD,
    zone_copy.WORKLOAD,
    directory.WORKLOAD,
)
