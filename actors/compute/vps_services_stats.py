"""Read the service states of virtual servers; part of HyperVHomeBackendThread now."""

from actors import legacy

SERVICE = legacy(
    name="vps_services_stats",
    title="VPSServicesStatsWork",
    family="compute",
    profile="hosting",
    origin="machpanel",
    replaced_by=("HyperVHomeBackendThread",),
)
