"""What admins switch and set for the whole site: profiles, secrets, and a test of the mail."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form, Path, Request
from fastapi.responses import Response

from domain.time.spoken import count
from web.access.guard import Admin
from web.acts import profiles
from web.acts.mail_test import send_test
from web.acts.sample import Sample
from web.acts.secrets import Secrets
from web.here import Here
from web.pages.acting import act
from web.pages.settings import PAGE

router = APIRouter(include_in_schema=False)

Name = Annotated[str, Path(max_length=100)]
Word = Annotated[str, Form(max_length=300)]


@router.post(PAGE + "/profiles/{name}")
def switch_profile(
    request: Request, site: Here, who: Admin, name: Name, on: Word = "", reason: Word = ""
) -> Response:
    """Switch a part of the catalogue on or off."""

    def work() -> str:
        wanted = on == "yes"
        now, why = site.clock.now(), reason.strip() or None
        if not profiles.switch(site.settings, name, wanted, by=who.name, now=now, reason=why):
            return f"profile {name} is {'on' if wanted else 'off'} already"
        size = count(profiles.size(name), "service")
        return f"profile {name} is {'on' if wanted else 'off'}: {size}. Running nodes start anew with it"

    return act(request, work, to=f"{PAGE}/profiles")


@router.post(PAGE + "/sample/clear")
def clear_sample(request: Request, site: Here, who: Admin) -> Response:
    """Archive all that is marked as sample."""

    def work() -> str:
        done = Sample(site, by=who.name).clear()
        text = f"cleared: {count(sum(done.objects.values()), 'object')}"
        kept = [f"{each['kind']} {each['object']} ({each['why']})" for each in done.kept]
        return f"{text}; kept: {', '.join(kept)}" if kept else text

    return act(request, work, to=f"{PAGE}/profiles")


@router.post(PAGE + "/secrets")
def set_secret(
    request: Request,
    site: Here,
    who: Admin,
    name: Word = "",
    value: Annotated[str, Form(max_length=100_000)] = "",
    reason: Word = "",
) -> Response:
    """Seal a secret; it is never shown again."""

    def work() -> str:
        # A browser sends the line ends of a text field as CR LF; keys and certificates are meant with LF.
        plain = value.replace("\r\n", "\n")
        called = name.strip()
        new = Secrets(site, by=who.name, reason=reason.strip() or None).set(called, plain)
        return f"secret {called} is {'sealed' if new else 'replaced'}: settings refer to it as vault:{called}"

    return act(request, work, to=f"{PAGE}/secrets")


@router.post(PAGE + "/secrets/{name}/remove")
def remove_secret(request: Request, site: Here, who: Admin, name: Name) -> Response:
    """Take a secret away that nothing refers to."""

    def work() -> str:
        Secrets(site, by=who.name).remove(name)
        return f"secret {name} is removed"

    return act(request, work, to=f"{PAGE}/secrets")


@router.post(PAGE + "/mail/test")
def try_mail(request: Request, site: Here, who: Admin, to: Word = "") -> Response:
    """Send a mail that shows whether mail goes out."""

    def work() -> str:
        sent = send_test(site, to, by=who.name)
        how = f"run {sent.run} of Mail Manager" if sent.run else "the next run of Mail Manager"
        return f"mail {sent.mail} to {to.strip()} is in the outbox: {how} sends it"

    return act(request, work, to=f"{PAGE}/mail")
