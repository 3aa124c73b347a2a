"""Keeps the inventory and the figures of Hyper-V hosts and of the virtual machines on them.

It took over the work of the six VPS statistics threads. A host that is down keeps its last state, with its
age.
"""

from actors import Periodic, Task, planned

SERVICE = planned(
    name="hyperv_home_backend",
    title="HyperVHomeBackendThread",
    family="compute",
    profile="hosting",
    origin="machpanel",
    schedule=Periodic(minutes=5),
    tasks=(
        Task("Store the inventory of bare-metal Hyper-V hosts"),
        Task("Store the inventory of hypervisors"),
        Task("Store services, hypervisors, volumes, CPU and memory of servers"),
    ),
)
