"""Are the dashboards whole, and the committed files those of the code?"""

from __future__ import annotations

import importlib.util
import json
import shutil
from itertools import combinations
from pathlib import Path
from typing import Any

import pytest

from metrics.dashboards.files import BOARDS, FILES

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "docker" / "grafana" / "dashboards"
CORE = {"stat", "timeseries", "table", "state-timeline"}


@pytest.fixture(params=FILES)
def board(request: pytest.FixtureRequest) -> dict[str, Any]:
    made: dict[str, Any] = json.loads(FILES[request.param]())
    return made


def test_a_panel_says_what_it_shows_in_which_unit_and_from_where(board: dict[str, Any]) -> None:
    for panel in board["panels"]:
        assert panel["title"]
        assert panel["description"].endswith("."), panel["title"]
        assert panel["fieldConfig"]["defaults"]["unit"], panel["title"]
        assert panel["datasource"]["uid"] == "${datasource}", panel["title"]
        assert panel["type"] in CORE
        assert panel["targets"], panel["title"]
        for target in panel["targets"]:
            assert target["expr"], panel["title"]
            assert target["datasource"]["uid"] == "${datasource}"
            assert target["instant"] != target["range"]


def test_a_viewer_chooses_the_prometheus_first(board: dict[str, Any]) -> None:
    first, *others = board["templating"]["list"]
    assert (first["type"], first["name"], first["query"]) == ("datasource", "datasource", "prometheus")
    assert all(other["datasource"]["uid"] == "${datasource}" for other in others)


def test_every_variable_is_used_and_every_used_one_is_there(board: dict[str, Any]) -> None:
    asked = " ".join(target["expr"] for panel in board["panels"] for target in panel["targets"])
    own = {each["name"] for each in board["templating"]["list"]} - {"datasource"}
    assert own == {name for name in ("service", "run_group", "node") if f'"${name}"' in asked}


def test_panels_have_numbers_of_their_own_and_do_not_overlap(board: dict[str, Any]) -> None:
    numbers = [panel["id"] for panel in board["panels"]]
    assert len(set(numbers)) == len(numbers)
    places = [panel["gridPos"] for panel in board["panels"]]
    assert all(place["x"] + place["w"] <= 24 for place in places)
    for one, two in combinations(places, 2):
        beside = one["x"] + one["w"] <= two["x"] or two["x"] + two["w"] <= one["x"]
        below = one["y"] + one["h"] <= two["y"] or two["y"] + two["h"] <= one["y"]
        assert beside or below, (one, two)


def test_dashboards_can_be_told_apart(board: dict[str, Any]) -> None:
    assert board["schemaVersion"] >= 42
    assert len({each.uid for each in BOARDS}) == len({each.title for each in BOARDS}) == len(BOARDS)


def test_the_committed_files_are_those_of_the_code() -> None:
    assert {path.name for path in FOLDER.glob("*.json")} == set(FILES)
    for name, make in FILES.items():
        assert (FOLDER / name).read_text() == make(), f"{name} is stale; run `make generate`"


def test_a_file_that_was_edited_by_hand_fails_the_check_which_names_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.syspath_prepend(ROOT / "scripts")  # where it stands, as when it is run
    spec = importlib.util.spec_from_file_location("generate", ROOT / "scripts" / "generate.py")
    assert spec is not None
    assert spec.loader is not None
    generate = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(generate)
    boards = "docker/grafana/dashboards/"
    own = {name: make for name, make in generate.GENERATED.items() if name.startswith(boards)}
    assert len(own) == len(FILES)
    monkeypatch.setattr(generate, "GENERATED", own)
    monkeypatch.setattr(generate, "ROOT", tmp_path)
    monkeypatch.setattr(generate, "problems", lambda *_: [])  # there are no tests in this folder
    shutil.copytree(FOLDER, tmp_path / boards)
    assert generate.main(check=True) == 0
    file = tmp_path / boards / "tickworks-nodes.json"
    file.write_text(edited := file.read_text().replace('"title": "', '"title": "My ', 1))
    capsys.readouterr()
    assert generate.main(check=True) == 1
    assert capsys.readouterr().out == f"stale: {boards}tickworks-nodes.json; run `make generate`\n"
    assert file.read_text() == edited  # a check changes nothing
