"""Does the configuration in force say every key and its source, and no secret?"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from config.load import load
from config.settings import SECTIONS
from web.shown import site_configuration

FILE = """
[broker]
url = "amqp://user:s3same@mq.example.org/"
[mail]
password = "env:MAIL_PASSWORD"
[service.backup_manager]
priority = 2
"""


def keys(tmp_path: Path, text: str = "", **environ: str) -> dict[str, dict[str, Any]]:
    """By ``section.key``."""
    (tmp_path / "tickworks.toml").write_text(text)
    settings = load(tmp_path / "tickworks.toml", environ)
    found = site_configuration.sections(settings)
    return {f"{each['section']}.{key['key']}": key for each in found for key in each["keys"]}


def test_every_key_is_there_with_what_it_means(tmp_path: Path) -> None:
    found = keys(tmp_path)
    expected = {f"{name}.{key}" for name, model in SECTIONS.items() for key in model.model_fields}
    assert set(found) == expected
    assert all(key["meaning"] for key in found.values())
    assert not any(key["set"] for name, key in found.items() if name != "site.zone")


def test_a_value_says_who_gave_it(tmp_path: Path) -> None:
    found = keys(tmp_path, "[node]\nthreads = 3\n", TICKWORKS_NODE__PROCESSES="4")
    assert (found["node.threads"]["value"], found["node.threads"]["set"]) == ("3", True)
    assert "tickworks.toml" in found["node.threads"]["source"]
    assert found["node.processes"]["value"] == "4"
    assert "TICKWORKS_NODE__PROCESSES" in found["node.processes"]["source"]


def test_secrets_are_kept_back_and_references_shown(tmp_path: Path) -> None:
    found = keys(tmp_path, FILE, MAIL_PASSWORD="open-now")
    assert found["broker.url"]["value"] == "amqp://… (kept back)"
    assert found["mail.password"]["value"] == "env:MAIL_PASSWORD"
    assert "s3same" not in str(found)
    assert "open-now" not in str(found)


def test_what_the_file_says_of_a_service_stands_below(tmp_path: Path) -> None:
    assert keys(tmp_path, FILE)["service.backup_manager.priority"]["value"] == "2"
