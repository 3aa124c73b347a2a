"""Does the context for tests behave as its documentation says?"""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from actors import Context, Outcome, service
from actors.testing import NOW, testing_context


@service(name="mailer")
def mailer(context: Context) -> Outcome:
    sent = 0
    while sent < 5 and not context.stopping():
        sent += 1
        context.progress(sent, 5)
    context.log.info("mailed", to=context.args["to"])
    return Outcome.done(sent=sent)


def test_what_a_service_tells_can_be_read_afterwards() -> None:
    context = testing_context(mailer, args={"to": "ops"})
    assert mailer.work is not None
    assert mailer.work(context) == Outcome.done(sent=5)
    assert context.log.lines == ["info: mailed to=ops"]
    assert context.ports.progressed[-1] == (5, 5)


def test_a_stop_comes_after_so_many_looks() -> None:
    context = testing_context(mailer, args={"to": "ops"})
    context.ports.stop_after = 2
    assert mailer.work is not None
    assert mailer.work(context) == Outcome.done(sent=2)
    assert context.stopping()


def test_time_stands_still_until_it_is_moved() -> None:
    context = testing_context(mailer)
    assert context.now == NOW
    context.advance(90)
    assert context.now == NOW + timedelta(seconds=90)


def test_secrets_and_backends_are_those_given() -> None:
    context = testing_context(
        mailer, secrets={"env:KEY": "k"}, backends={"dns": "here"}, log_folder=Path("/x")
    )
    assert (context.secret("env:KEY"), context.backend("dns"), context.log_folder) == (
        "k",
        "here",
        Path("/x"),
    )
    with pytest.raises(LookupError, match=r"no secret 'env:OTHER': give it as secrets="):
        context.secret("env:OTHER")
    with pytest.raises(LookupError, match=r"no backend 'smtp': give it as backends="):
        context.backend("smtp")
