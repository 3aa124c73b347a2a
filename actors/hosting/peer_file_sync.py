"""Copies the settings and files of the primary control server to its load-balanced peers.

An empty source is refused: it must never erase the peers.
"""

from actors import Periodic, Task, planned

SERVICE = planned(
    name="peer_file_sync",
    title="PeerFileSyncWork",
    family="hosting",
    profile="hosting",
    origin="machpanel",
    schedule=Periodic(minutes=5, align=3),
    tasks=(
        Task(
            "Bring load-balanced peer servers in step",
            subtasks=("Copy the state service's configuration", "Copy files and registry"),
            effect="outward",
        ),
    ),
)
