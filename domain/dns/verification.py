"""Whether what a domain's own name servers say proves its token, and when to look again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

#: Where the TXT record with the token stands, before the domain's name.
LABEL = "_tickworks"
DAY = 86_400.0
HOUR = 3_600.0
#: So long each run looks; after that once an hour. People publish a record soon after they are asked to.
EAGER = DAY
#: Where no server ever answers, nobody has said no: it gets so many times the days.
PATIENCE = 2

#: ``proved``; ``no``: the servers answer, and do not all have it; ``unsure``: none gave a clear answer.
Verdict = Literal["proved", "no", "unsure"]
#: Answers that are a clear word. SERVFAIL, REFUSED and silence are none: they say nothing of the record.
CLEAR = ("found", "alias", "no_data", "no_name")


class Said(Protocol):
    """What one authoritative server said: see `backends.dns.lookup.Answer`."""

    @property
    def server(self) -> str: ...
    @property
    def state(self) -> str: ...
    @property
    def text(self) -> str: ...
    @property
    def values(self) -> tuple[str, ...]: ...
    @property
    def alias(self) -> str: ...


@dataclass(frozen=True)
class Judged:
    """`text`: one line for the customer."""

    verdict: Verdict
    text: str


def record_name(domain: str) -> str:
    """The name of the TXT record that proves a domain."""
    return f"{LABEL}.{domain}"


def judged(answers: Sequence[Said], token: str) -> Judged:
    """The verdict on what all servers of the zone said about the TXT records at one name.

    Proved where a record is exactly the token at every server with a clear answer, and there is one.
    An alias proves nothing: its target may be in the zone of somebody else.
    """
    clear = [each for each in answers if each.state in CLEAR]
    if not clear:
        said = answers[0].text if answers else "the domain has no name servers"
        return Judged("unsure", f"no name server gave a clear answer: {said}")
    having = [each for each in clear if each.state == "found" and token in _written(each.values)]
    if len(having) == len(clear):
        return Judged("proved", f"published at {_servers(len(having))}")
    if having:
        missing = next(each for each in clear if each not in having)
        text = f"published at {len(having)} of {_servers(len(clear))}; not yet at {missing.server}"
        return Judged("no", text)
    return Judged("no", _why_not(clear[0]))


def deadline(token_at: float, days: float) -> float:
    """Until when a token may be published."""
    return token_at + days * DAY


def is_over(verdict: Verdict, token_at: float, until: float, now: float) -> bool:
    """Whether to give a domain up after this look."""
    return now >= (until if verdict == "no" else token_at + PATIENCE * (until - token_at))


def next_look(token_at: float, now: float) -> float:
    """When to look again, at the earliest."""
    return now if now - token_at < EAGER else now + HOUR - 60.0


def _written(values: Sequence[str]) -> set[str]:
    """As people paste them: with blanks or quotes around."""
    return {value.strip().strip('"').strip() for value in values}


def _why_not(said: Said) -> str:
    if said.state == "alias":
        return f"an alias of {said.alias} stands at the name: it needs a TXT record of its own"
    if said.state == "found":
        number = "another TXT record stands" if len(said.values) == 1 else "other TXT records stand"
        return f"{number} there, without the token"
    if said.state == "no_data":
        return "the name is there, without a TXT record"
    return "there is no such name yet"


def _servers(count: int) -> str:
    return "1 name server" if count == 1 else f"{count} name servers"
