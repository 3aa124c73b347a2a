"""Obeys the commands that staff put at the top of a mail, such as closing a ticket.

Only a signed reply token or an authenticated sender is obeyed: a From line proves nothing.
"""

from actors import Periodic, Task, planned

SERVICE = planned(
    name="helpdesk_command",
    title="HelpDeskCommand",
    family="helpdesk",
    profile="helpdesk",
    origin="machpanel",
    schedule=Periodic(minutes=1),
    tasks=(Task("Carry out commands received in POP accounts"),),
)
