"""Read the inventory of virtual servers; part of HyperVHomeBackendThread now."""

from actors import legacy

SERVICE = legacy(
    name="vps_inventory_stats",
    title="VPSInventoryStatsWork",
    family="compute",
    profile="hosting",
    origin="machpanel",
    replaced_by=("HyperVHomeBackendThread",),
)
