"""Books the recurring charges of customers, one per period, in order.

After an outage each missed period is charged for itself.
"""

from actors import FixedTime, Task, planned

SERVICE = planned(
    name="balances_manager",
    title="Balances Manager",
    family="retail",
    profile="voice",
    origin="jerasoft",
    schedule=FixedTime(("03:20",)),
    tasks=(Task("Create automatic charges that are due"),),
)
