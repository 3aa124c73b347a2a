"""Tells customers in good time about Ingram subscriptions that are to be cancelled."""

from actors import FixedTime, Task, planned

SERVICE = planned(
    name="ingram_cancel_notices",
    title="IngramCancelNoticesWork",
    family="cloud",
    profile="hosting",
    origin="machpanel",
    schedule=FixedTime(("07:00",)),
    tasks=(Task("Mail due Ingram cancellation notices", effect="outward"),),
)
