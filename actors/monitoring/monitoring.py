"""Runs the checks an operator has set up, raises an alert when one keeps failing, and clears it.

Disk, memory, CPU, mail, IIS, FTP, DNS, services, TCP ports and web pages can be checked.
"""

from actors import Periodic, Task, planned

SERVICE = planned(
    name="monitoring",
    title="MonitoringWork",
    family="monitoring",
    profile="monitoring",
    origin="machpanel",
    schedule=Periodic(minutes=1),
    tasks=(Task("Run due server checks and network director metrics"),),
)
