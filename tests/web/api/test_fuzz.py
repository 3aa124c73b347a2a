"""Does any request that the description allows, or nearly allows, get a described answer?

Every operation is asked with made-up values, by a viewer, an operator and an admin in turn. The seed is
printed; TICKWORKS_TEST_SEED sets it.
"""

from __future__ import annotations

import os
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st
from schemathesis import Case, GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)
from starlette.testclient import TestClient

from tests.support.visitors import FILE, Application, running_application
from web.access.who import ROLES
from web.app import description

SEED = int(os.environ.get("TICKWORKS_TEST_SEED") or random.SystemRandom().randrange(2**32))
#: Requests to an operation; more with TICKWORKS_FUZZ_EXAMPLES.
EXAMPLES = int(os.environ.get("TICKWORKS_FUZZ_EXAMPLES") or 7)
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
]
#: Headers that the client sends, whatever is made up.
OURS = ("user-agent", "authorization")
#: Not asked: whether runs can happen is asked of a system that runs, in other tests.
LEFT_OUT = {"GET /readyz"}

DESCRIBED = schemathesis.openapi.from_dict(description())
OPERATIONS = {
    operation.ok().label: operation.ok()
    for operation in DESCRIBED.get_all_operations()
    if operation.ok().label not in LEFT_OUT
}


@pytest.fixture
def programs(
    tmp_path: Path, sqlite_engine_database: str, monkeypatch: pytest.MonkeyPatch
) -> Iterator[list[TestClient]]:
    """A program of each role."""
    for application in running_application(tmp_path, monkeypatch, FILE):
        application.app.state.feed.close()  # its stream ends at once
        yield [program(application, role) for role in ROLES]


def program(application: Application, role: str) -> TestClient:
    made = application.program(application.token("admin", role))
    made.headers["accept"] = "application/json"
    return made


@pytest.mark.parametrize("label", OPERATIONS)
def test_every_answer_is_a_described_one(programs: list[TestClient], label: str) -> None:
    print(f"TICKWORKS_TEST_SEED={SEED}")
    operation = OPERATIONS[label]
    cases = (
        st.one_of(
            operation.as_strategy(generation_mode=GenerationMode.POSITIVE),
            operation.as_strategy(generation_mode=GenerationMode.NEGATIVE),
        )
        if operation.body or list(operation.iter_parameters())
        else operation.as_strategy()
    )

    @seed(SEED)
    @settings(
        max_examples=EXAMPLES,
        deadline=None,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=cases, client=st.sampled_from(programs))
    def ask(case: Case, client: TestClient) -> None:
        case.validate_response(sent(client, case), checks=CHECKS)  # type: ignore[arg-type]

    ask()


def sent(client: TestClient, case: Case) -> Any:
    """The answer to a made-up request."""
    request = case.as_transport_kwargs(base_url=str(client.base_url))
    made_up = dict(request.pop("headers"))
    headers = {name: value for name, value in made_up.items() if name.lower() not in OURS}
    request.pop("cookies", None)
    if isinstance(request.get("data"), str | bytes):
        request["content"] = request.pop("data")
    return client.request(request.pop("method"), request.pop("url"), headers=headers, **request)
