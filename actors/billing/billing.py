"""Bills subscriptions and calls: recurring invoices, payments, commission, price notices.

A charge whose answer was lost is looked up at the gateway before it is tried again.
"""

from actors import Periodic, Task, planned

SERVICE = planned(
    name="billing",
    title="BillingWork",
    family="billing",
    profile="billing",
    origin="machpanel",
    schedule=Periodic(minutes=60, align=7),
    tasks=(
        Task("Credit commission to resellers who are paid by commission"),
        Task("Invoice, collect payments, credit deferred bills, complete tax rates", effect="outward"),
        Task("Bill OCS call records"),
        Task("Bill SIP calls and queue SIP exports"),
        Task("Announce O365 price changes", effect="outward"),
    ),
)
