"""Does `export` write files that other programs can read?"""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from cli.main import app
from tests.support.prometheus import told


def export(*words: str) -> tuple[int, str]:
    done = CliRunner().invoke(app, ["export", *words])
    return done.exit_code, done.output


def test_dashboards_are_written_for_grafana(tmp_path: Path) -> None:
    code, said = export("dashboards", "--dir", str(tmp_path))
    assert code == 0
    files = sorted(tmp_path.glob("*.json"))
    assert len(files) == 6
    for file in files:
        assert str(file) in said.replace("\n", "")
        assert json.loads(file.read_text())["uid"] == file.stem


def test_rules_are_written_for_prometheus(tmp_path: Path) -> None:
    assert export("rules", "--dir", str(tmp_path))[0] == 0
    assert {file.name for file in tmp_path.iterdir()} == {"alerts.yml", "recording.yml"}
    for file in tmp_path.iterdir():
        told("promtool", "check", "rules", file)


def test_a_folder_that_is_not_there_is_one_line(tmp_path: Path) -> None:
    code, said = export("rules", "--dir", str(tmp_path / "none"))
    assert code == 2
    assert "cannot be written: No such file" in " ".join(said.split())


def test_without_grafanas_library_it_says_how_to_get_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delitem(sys.modules, "metrics.dashboards.build", raising=False)
    monkeypatch.setitem(sys.modules, "grafana_foundation_sdk.builders", None)
    code, said = export("dashboards", "--dir", str(tmp_path))
    assert code == 2
    assert "tickworks[dashboards]" in said
    assert list(tmp_path.iterdir()) == []
