"""Fetches the Azure rate card that metered cloud use is billed by.

A changed price is a new row with its own date; the old row is closed, so old bills stay explicable.
"""

from actors import FixedTime, Task, planned

SERVICE = planned(
    name="azure_rate",
    title="AzureRateWork",
    family="cloud",
    profile="hosting",
    origin="machpanel",
    schedule=FixedTime(("02:10",)),
    tasks=(Task("Store the current Azure rate card"),),
)
