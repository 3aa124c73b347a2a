"""Obeys the commands that staff put at the top of a mail, such as closing a ticket.

Only a signed reply token or an authenticated sender is obeyed: a From line proves nothing.
"""

from __future__ import annotations

from actors import Context, Outcome, Periodic, Task, service
from domain.mail_in.limits import CommandLimits


def carry_out(context: Context, limits: CommandLimits) -> Outcome:
    """Carry out what HelpDeskWork has found in the accounts and put aside."""
    from actors.desk.obeying import obey

    return obey(context, limits)


@service(
    title="HelpDeskCommand",
    family="helpdesk",
    profile="helpdesk",
    origin="machpanel",
    schedule=Periodic(minutes=1),
    options=CommandLimits,
    proof="real",
    proof_note="Dovecot, fed by LMTP.",
    tasks=(Task("Carry out commands received in POP accounts", carry_out),),
)
def run(context: Context, limits: CommandLimits) -> Outcome:
    """Run the step."""
    return context.run_steps(limits)
