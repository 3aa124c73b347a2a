"""What variables set, which are passed over and which are refused."""

from __future__ import annotations

import pytest

from config.load import load
from config.problems import ConfigError

from .conftest import Load, Problems


def test_a_variable_goes_before_the_file(loaded: Load) -> None:
    settings = loaded("[node]\nthreads = 3\nprocesses = 5", TICKWORKS_NODE__THREADS="4")
    assert (settings.node.threads, settings.node.processes) == (4, 5)


def test_the_command_line_goes_before_a_variable(loaded: Load) -> None:
    loaded("[web]\nport = 1")
    given = {"web.port": "3", "node.roles": "a,b", "node.name": None}
    settings = load(environ={"TICKWORKS_WEB__PORT": "2"}, command_line=given)
    assert (settings.web.port, settings.node.roles) == (3, ("a", "b"))
    assert settings.sources["web.port"] == "--port"


def test_a_wrong_option_is_named_as_it_was_typed() -> None:
    with pytest.raises(ConfigError, match=r"^--drain-timeout: expected 0 to 86400 seconds .*, got 'soon'$"):
        load(environ={}, command_line={"node.drain_timeout": "soon"})


@pytest.mark.parametrize("text", ["master,own_1", " master , own_1 ,", '["master", "own_1"]'])
def test_a_list_is_separated_by_commas_or_json(loaded: Load, text: str) -> None:
    assert loaded(TICKWORKS_NODE__ROLES=text).node.roles == ("master", "own_1")


def test_an_empty_list_is_written_as_json(loaded: Load) -> None:
    assert loaded('[site]\nprofiles = ["voice"]', TICKWORKS_SITE__PROFILES="[]").site.profiles == ()


def test_a_variable_set_to_nothing_counts_as_not_set(loaded: Load) -> None:
    assert loaded("[node]\nthreads = 3", TICKWORKS_NODE__THREADS="").node.threads == 3


def test_a_service_is_set_key_by_key(loaded: Load) -> None:
    service = loaded(
        "[service.cache_manager]\nalign = 2",
        TICKWORKS_SERVICE__CACHE_MANAGER__PERIOD="10",
        TICKWORKS_SERVICE__CACHE_MANAGER__ENABLED="no",
        TICKWORKS_SERVICE__CACHE_MANAGER__TIME_LIMIT="2h",
        TICKWORKS_SERVICE__CACHE_MANAGER__DAYS="1,last",
    ).service["cache_manager"]
    assert service.given() == {
        "enabled": False,
        "period": 10,
        "align": 2,
        "days": (1, "last"),
        "time_limit": 7200.0,
    }


def test_one_option_of_a_service_is_changed_without_the_others(loaded: Load) -> None:
    settings = loaded(
        '[service.x.options]\nbatch = 1\nhost = "a"',
        TICKWORKS_SERVICE__X__OPTIONS__BATCH="500",
        TICKWORKS_SERVICE__X__OPTIONS__PATH="/srv",
        TICKWORKS_SERVICE__Y__OPTIONS='{"deep": {"n": 1}}',
    )
    assert settings.service["x"].options == {"batch": 500, "host": "a", "path": "/srv"}
    assert settings.service["y"].options == {"deep": {"n": 1}}


def test_options_that_are_no_table_are_refused_beside_good_ones(problems: Problems) -> None:
    lines = problems("[service.x.options]\nbatch = 1", TICKWORKS_SERVICE__X__OPTIONS="fast")
    assert lines == ["TICKWORKS_SERVICE__X__OPTIONS: expected a table, got 'fast'"]


@pytest.mark.parametrize(
    ("name", "ending"),
    [
        ("TICKWORKS_NODE_THREADS", "did you mean TICKWORKS_NODE__THREADS?"),
        ("TICKWORKS_NODE__TREADS", "did you mean TICKWORKS_NODE__THREADS?"),
        ("TICKWORKS_node__threads", "did you mean TICKWORKS_NODE__THREADS?"),
        ("TICKWORKS_WEB_PORT", "did you mean TICKWORKS_WEB__PORT?"),
        ("TICKWORKS_SERVICE__X__PEROID", "did you mean TICKWORKS_SERVICE__X__PERIOD?"),
        ("TICKWORKS_SERVICE_A_B_TIME_LIMIT", "did you mean TICKWORKS_SERVICE__A_B__TIME_LIMIT?"),
        ("TICKWORKS_QQQ", "expected TICKWORKS_<SECTION>__<KEY>"),
        ("TICKWORKS_", "expected TICKWORKS_<SECTION>__<KEY>"),
    ],
)
def test_an_unknown_variable_is_refused_with_a_suggestion(problems: Problems, name: str, ending: str) -> None:
    assert problems(**{name: "1"}) == [f"{name}: unknown variable; {ending}"]


def test_what_kubernetes_puts_into_a_pod_is_passed_over(loaded: Load) -> None:
    loaded(
        TICKWORKS_SERVICE_HOST="10.0.0.1",
        TICKWORKS_SERVICE_PORT="8080",
        TICKWORKS_WEB_SERVICE_PORT_HTTP="8080",
        TICKWORKS_WEB_PORT="tcp://10.0.0.1:8080",
        TICKWORKS_PORT_8080_TCP="tcp://10.0.0.1:8080",
        TICKWORKS_PORT_8080_TCP_ADDR="10.0.0.1",
    )


def test_each_value_says_who_set_it(loaded: Load) -> None:
    sources = loaded(
        "[node]\nthreads = 3\n[service.x]\nperiod = 5",
        TICKWORKS_DATABASE__URL="postgresql://h/x",
        TZ="Europe/Rome",
    ).sources
    assert sources["database.url"] == "TICKWORKS_DATABASE__URL"
    assert sources["node.threads"] == sources["service.x.period"] == "tickworks.toml"
    assert sources["node.processes"] == "default"
    assert sources["site.zone"] == "default (TZ)"
