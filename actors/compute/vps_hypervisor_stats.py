"""Read the figures of hypervisors; part of HyperVHomeBackendThread now."""

from actors import legacy

SERVICE = legacy(
    name="vps_hypervisor_stats",
    title="VPSHypervisorStatsWork",
    family="compute",
    profile="hosting",
    origin="machpanel",
    replaced_by=("HyperVHomeBackendThread",),
)
