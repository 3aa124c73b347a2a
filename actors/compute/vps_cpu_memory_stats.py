"""Read the CPU and memory load of virtual servers; part of HyperVHomeBackendThread now."""

from actors import legacy

SERVICE = legacy(
    name="vps_cpu_memory_stats",
    title="VPSCPUMemoryStatsWork",
    family="compute",
    profile="hosting",
    origin="machpanel",
    replaced_by=("HyperVHomeBackendThread",),
)
