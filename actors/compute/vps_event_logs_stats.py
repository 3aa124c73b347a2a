"""Read the event logs of virtual servers; part of HyperVHomeBackendThread now."""

from actors import legacy

SERVICE = legacy(
    name="vps_event_logs_stats",
    title="VPSEventLogsStatsWork",
    family="compute",
    profile="hosting",
    origin="machpanel",
    replaced_by=("HyperVHomeBackendThread",),
)
