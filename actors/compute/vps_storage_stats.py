"""Read the storage use of virtual servers; part of HyperVHomeBackendThread now."""

from actors import legacy

SERVICE = legacy(
    name="vps_storage_stats",
    title="VPSStorageStatsWork",
    family="compute",
    profile="hosting",
    origin="machpanel",
    replaced_by=("HyperVHomeBackendThread",),
)
