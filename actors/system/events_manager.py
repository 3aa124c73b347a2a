"""Mails events to the people who asked for them.

Many equal events become one mail with a count, and a mail that fails makes no new event.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import partial

from actors import Context, Outcome, Periodic, Task, service
from domain.mail.problem import MailProblem


@dataclass(frozen=True)
class Options:
    """Addresses of the admin, with spaces between; the least time between two mails of a rule, in s."""

    site: str = field(default="Tickworks", metadata={"setting": "site.name"})
    admin: str = field(default="", metadata={"setting": "site.admin"})
    at_most_every: float = 900.0

    def __post_init__(self) -> None:
        if self.at_most_every < 0:
            raise ValueError(f"at_most_every: expected 0 or more, got {self.at_most_every:g}")


@service(
    title="Events Manager",
    family="system",
    profile="core",
    origin="jerasoft",
    schedule=Periodic(minutes=5, align=3),
    options=Options,
    proof="real",
    tasks=(Task("Mail new events to the addresses configured for them", effect="outward"),),
)
def run(context: Context, options: Options) -> Outcome:
    """Make events of what ended badly, then one mail for each rule that has something to tell."""
    from store import database, event, event_rule

    now = context.now.timestamp()
    made = 0
    while (new := database.write(lambda tx: event.derive(tx, now))) and not context.stopping():
        made += new
    mails = told = 0
    texts = []
    for rule in event_rule.rules(database.read()):
        addresses = rule.addresses(options.admin.split())
        if not rule.enabled or (rule.told_at is not None and 0 <= now - rule.told_at < options.at_most_every):
            continue
        if not addresses:
            if waits := event_rule.waiting(database.read(), rule, now):
                texts.append(f"rule {rule.name}: {waits} events wait for an address: set [site] admin")
            continue
        try:
            tell = partial(event_rule.tell, rule=rule, addresses=addresses, site=options.site, now=now)
            count = database.write(tell)
        except MailProblem as problem:
            texts.append(f"rule {rule.name}: {problem}")
            continue
        mails, told = mails + (count > 0), told + count
    counts = {"events": made, "mails": mails, "told": told}
    return Outcome("partial" if texts else "done", counts, "; ".join(texts))
