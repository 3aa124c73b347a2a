"""Is the API described as it is?"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from cli.main import app
from tests.web.api.asking import Api, Scene, api, scene
from web.api.description import TAGS
from web.api.examples import EXAMPLES
from web.app import description, description_text

__all__ = ["api", "scene"]

FILE = Path(__file__).parents[3] / "docs" / "openapi.json"


def operations() -> list[tuple[str, dict[str, Any]]]:
    """("GET /api/v1/runs", what is said of it) of every operation."""
    return [
        (f"{method.upper()} {path}", operation)
        for path, methods in description()["paths"].items()
        for method, operation in methods.items()
    ]


def test_the_file_in_the_documentation_is_the_description_of_this_code() -> None:
    assert FILE.read_text(encoding="utf-8") == description_text(), "run `make generate`"


def test_the_server_and_the_command_tell_the_same(api: Api) -> None:
    told = CliRunner().invoke(app, ["export", "openapi"])
    assert told.exit_code == 0
    assert json.loads(told.stdout) == api.get("/openapi.json").json() == description()


def test_the_command_writes_a_file(tmp_path: Path) -> None:
    assert CliRunner().invoke(app, ["export", "openapi", "--file", str(tmp_path / "a.json")]).exit_code == 0
    assert (tmp_path / "a.json").read_text(encoding="utf-8") == description_text()
    missing = CliRunner().invoke(app, ["export", "openapi", "--file", str(tmp_path / "no" / "a.json")])
    assert missing.exit_code == 2


def test_every_operation_has_a_name_a_line_and_a_tag_that_is_explained() -> None:
    names = [operation["operationId"] for _, operation in operations()]
    assert len(names) == len(set(names))
    for what, operation in operations():
        assert 0 < len(operation["summary"]) < 120, what
        assert "\n" not in operation["summary"], what
        assert not what.partition(" ")[2].startswith("/api/") or operation["tags"][0] in TAGS, what


def test_every_operation_says_its_errors_as_problem_documents() -> None:
    for what, operation in operations():
        if "/api/v1/" not in what:
            continue
        for status, answer in operation["responses"].items():
            if status >= "4":
                assert "application/problem+json" in answer["content"], f"{what} {status}"
        assert {"401", "403", "422"} <= set(operation["responses"]), what


@pytest.mark.parametrize("what", [what for what in EXAMPLES if what.startswith("GET ")])
def test_an_example_has_the_keys_of_a_real_answer(api: Api, scene: Scene, what: str) -> None:
    run = scene.ask("holder")
    scene.claim(run)
    scene.ask("rival")
    ended = scene.ask("talker")
    scene.claim(ended)
    scene.end(ended)
    api.edit("talker", {"priority": 3})
    path = what.partition(" ")[2].format(name="talker", run_id=ended)
    real = api.get(f"/{path}").json()
    assert same(EXAMPLES[what], real), real


def same(example: Any, real: Any) -> bool:
    """Whether both have the same keys; of lists the first entries are compared, where both have one."""
    if isinstance(example, list):
        return not example or not real or same(example[0], real[0])
    if not isinstance(example, dict):
        return True
    lists = [key for key, value in example.items() if isinstance(value, list)]
    return example.keys() == real.keys() and all(same(example[key], real[key]) for key in lists)
