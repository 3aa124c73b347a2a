"""What `check` says about services and roles that look misspelt."""

from __future__ import annotations

from config.hints import role_hints, unknown_services

from .conftest import Load

KNOWN = ["cache_manager", "mail_sender"]


def test_a_service_that_does_not_exist_is_named_where_it_was_set(loaded: Load) -> None:
    settings = loaded(
        "[service.cahce_manager]\n[service.mail_sender]\nperiod = 5\n[service.cahce_manager.options]\n",
        TICKWORKS_SERVICE__MAIL_SENDR__PERIOD="5",
        TICKWORKS_SERVICE__ZZZ__PERIOD="5",
    )
    assert sorted(unknown_services(settings, iter(KNOWN))) == [
        "TICKWORKS_SERVICE__MAIL_SENDR__PERIOD: no such service; did you mean mail_sender?",
        "TICKWORKS_SERVICE__ZZZ__PERIOD: no such service",
        "tickworks.toml: [service.cahce_manager]: no such service; did you mean cache_manager?",
    ]


def test_a_role_like_one_of_the_five_gets_a_hint_and_one_of_its_own_none(loaded: Load) -> None:
    settings = loaded(
        '[node]\nroles = ["procesing", "warehouse", "master"]\n[service.x]\nroles = ["reporting"]',
        TICKWORKS_SERVICE__X__ROLES="maste",
    )
    assert role_hints(settings) == [
        "node.roles (tickworks.toml): procesing is a role of your own; did you mean processing?",
        "service.x.roles (TICKWORKS_SERVICE__X__ROLES): maste is a role of your own; did you mean master?",
    ]
