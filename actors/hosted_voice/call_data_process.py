"""Collects call records and recorded audio of hosted telephony."""

from actors import Periodic, Task, planned

SERVICE = planned(
    name="call_data_process",
    title="CallDataProcessWork",
    family="hosted_voice",
    profile="hosting",
    origin="machpanel",
    schedule=Periodic(minutes=5),
    tasks=(
        Task("Store Lync call records for the voice call report"),
        Task("Fetch audio files of workflows from remote servers"),
    ),
)
