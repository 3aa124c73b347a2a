"""Watches the licence of this installation: its signature, its end, and how much of it is used."""

from actors import FixedTime, Task, planned

SERVICE = planned(
    name="license",
    title="LicenseWork",
    family="billing",
    profile="billing",
    origin="machpanel",
    schedule=FixedTime(("06:10",)),
    tasks=(Task("Check the licence and count what it covers"),),
)
