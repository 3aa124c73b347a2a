"""Takes rate tables out of vendors' mails and queues them for import."""

from actors import Periodic, Task, planned

SERVICE = planned(
    name="email_rates_manager",
    title="Email Rates Manager",
    family="rating",
    profile="voice",
    origin="jerasoft",
    schedule=Periodic(minutes=5, align=1),
    tasks=(Task("Fetch rate mails and queue their imports", effect="outward"),),
)
