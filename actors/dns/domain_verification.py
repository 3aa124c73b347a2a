"""Proves that a customer owns a domain by the TXT record they were asked to publish.

The authoritative servers are asked: a resolver's cache would keep an old "no" alive.
"""

from __future__ import annotations

from dataclasses import dataclass

from actors import Context, Outcome, Periodic, Task, service
from domain.dns.limits import ProofLimits


@dataclass(frozen=True)
class Arguments:
    """`domain`: this one only, now, even if it was given up."""

    domain: str = ""


def verify(context: Context, options: ProofLimits) -> Outcome:
    """Look for the tokens of all domains that are due, or of the one that was asked for."""
    from actors.domain_proof import look_for_tokens

    return look_for_tokens(context, options, only=Arguments(**context.args).domain)


@service(
    title="DomainVerification",
    family="dns",
    profile="hosting",
    origin="machpanel",
    schedule=Periodic(minutes=15),
    options=ProofLimits,
    arguments=Arguments,
    proof="real",
    proof_note="Knot DNS as the authoritative server.",
    tasks=(Task("Check TXT records and confirm verified domains by mail", verify, effect="outward"),),
)
def run(context: Context, options: ProofLimits) -> Outcome:
    """Run the step."""
    return context.run_steps(options)
