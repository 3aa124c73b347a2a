"""Can machines read what the processes log, and is no secret in it?"""

from __future__ import annotations

import io
import json
import logging
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import pytest

from broker.runner.log_context import of_run
from cli.log_lines import formatter, wants_json
from config.known_secrets import learn
from tests.broker.runner.bench import claimed_run

PLANTED = "pl4nted-Secret"


class Terminal(io.StringIO):
    """A stream that somebody looks at."""

    def isatty(self) -> bool:
        return True


Lines = Callable[[], list[str]]


@pytest.fixture(params=[True, False], ids=["json", "text"])
def as_json(request: pytest.FixtureRequest) -> bool:
    return bool(request.param)


@pytest.fixture
def logged(as_json: bool) -> Iterator[tuple[logging.Logger, io.StringIO]]:
    yield from _logger(as_json)


@pytest.fixture
def jsons() -> Iterator[tuple[logging.Logger, io.StringIO]]:
    yield from _logger(True)


def _logger(as_json: bool) -> Iterator[tuple[logging.Logger, io.StringIO]]:
    stream, logger = io.StringIO(), logging.getLogger("tickworks.test_log")
    handler = logging.StreamHandler(stream)
    handler.setFormatter(formatter(as_json, {"process": "worker-1", "node": "n1"}))
    logger.addHandler(handler)
    logger.propagate = False
    yield logger, stream
    logger.removeHandler(handler)
    logger.propagate = True


def parsed(stream: io.StringIO) -> Mapping[str, Any]:
    (line,) = stream.getvalue().splitlines()
    found: Mapping[str, Any] = json.loads(line)
    return found


def test_a_line_in_a_run_says_of_which_run_it_speaks(jsons: tuple[logging.Logger, io.StringIO]) -> None:
    logger, stream = jsons
    with of_run(claimed_run(run_id=7, service="cache_manager", attempt=2, trigger="manual"), "n2"):
        logger.warning("slow: %d s", 3)
    line = parsed(stream)
    assert list(line)[:8] == ["ts", "level", "event", "service", "run_id", "node", "trigger", "attempt"]
    assert [line[name] for name in list(line)[1:8]] == [
        "warning", "slow: 3 s", "cache_manager", 7, "n2", "manual", 2,
    ]  # fmt: skip
    assert line["ts"].endswith("Z")
    assert line["process"] == "worker-1"


def test_a_line_after_the_run_is_no_longer_of_it(jsons: tuple[logging.Logger, io.StringIO]) -> None:
    logger, stream = jsons
    with of_run(claimed_run(), "n2"):
        pass
    logger.warning("idle")
    line = parsed(stream)
    assert ("run_id" in line, line["node"]) == (False, "n1")


def test_an_error_with_its_trace_is_one_line_of_json(jsons: tuple[logging.Logger, io.StringIO]) -> None:
    logger, stream = jsons
    try:
        raise ValueError("two\nlines")
    except ValueError:
        logger.exception("it broke\nbadly")
    line = parsed(stream)
    assert (line["event"], "ValueError: two" in line["exception"]) == ("it broke\nbadly", True)


@pytest.mark.parametrize(
    "name",
    ["password", "smtp_password", "secret", "Authorization", "Set-Cookie", "api_key", "apiKey", "X-Api-Key",
     "accessToken", "tokens", "PASSPHRASE", "credentials"],
)  # fmt: skip
def test_what_is_secret_by_its_name_is_not_logged(
    name: str, logged: tuple[logging.Logger, io.StringIO]
) -> None:
    logger, stream = logged
    logger.warning("sent", extra={name: PLANTED, "headers": [{name: PLANTED, "host": "x1"}]})
    assert PLANTED not in stream.getvalue()
    assert ("***" in stream.getvalue(), "x1" in stream.getvalue()) == (True, True)


def test_a_secret_that_was_read_is_not_logged_under_any_name(
    logged: tuple[logging.Logger, io.StringIO],
) -> None:
    logger, stream = logged
    learn(PLANTED)
    try:
        raise ValueError(f"login with {PLANTED} failed")
    except ValueError:
        logger.exception("told %s", PLANTED, extra={"remark": f"<{PLANTED}>", "parts": {"a": (PLANTED,)}})
    assert PLANTED not in stream.getvalue()
    assert stream.getvalue().count("***") >= 4


def test_a_password_in_an_address_is_not_logged(logged: tuple[logging.Logger, io.StringIO]) -> None:
    logger, stream = logged
    logger.warning("away: %s", f"amqp://user:{PLANTED}@host/", extra={"to": f"http://u:{PLANTED}@h/"})
    assert PLANTED not in stream.getvalue()


@pytest.mark.parametrize("name", ["monkey", "keyboard", "tokenizer", "run_id", "author", "pinned", "cooked"])
def test_a_name_that_only_looks_like_a_secret_is_shown(
    name: str, logged: tuple[logging.Logger, io.StringIO]
) -> None:
    logger, stream = logged
    logger.warning("seen", extra={name: "plain"})
    assert "plain" in stream.getvalue()


@pytest.mark.parametrize(
    ("form", "stream", "expected"),
    [
        ("auto", Terminal(), False),
        ("auto", io.StringIO(), True),
        ("json", Terminal(), True),
        ("console", io.StringIO(), False),
    ],
)
def test_a_terminal_gets_text_and_all_else_json_unless_told(
    form: str, stream: io.StringIO, expected: bool
) -> None:
    assert wants_json(form, stream) is expected
