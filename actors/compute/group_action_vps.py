"""Carries out the queued changes to virtual servers: create, start, stop, resize, snapshot, delete."""

from actors import Periodic, Task, planned

SERVICE = planned(
    name="group_action_vps",
    title="GroupActionWorkVPS",
    family="compute",
    profile="hosting",
    origin="machpanel",
    schedule=Periodic(minutes=1),
    tasks=(
        Task("Carry out queued VPS group actions", effect="outward"),
        Task("Move disks to their new storage type", effect="outward"),
        Task("Drop VHD files that servers keep as an archive", effect="destroy"),
    ),
)
