"""Records which Active Directory users have remote desktop (RDS), nested groups included."""

from actors import Periodic, Task, planned

SERVICE = planned(
    name="rds_sync",
    title="RDSSyncWork",
    family="directory",
    profile="hosting",
    origin="machpanel",
    schedule=Periodic(minutes=60, align=35),
    tasks=(Task("Find AD users with RDS and store them"),),
)
