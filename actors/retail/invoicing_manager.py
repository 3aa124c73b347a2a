"""Makes and sends invoices by each customer's payment terms."""

from actors import Periodic, Task, planned

SERVICE = planned(
    name="invoicing_manager",
    title="Invoicing Manager",
    family="retail",
    profile="voice",
    origin="jerasoft",
    schedule=Periodic(minutes=60, align=20),
    tasks=(Task("Create automatic invoices that are due", effect="outward"),),
)
