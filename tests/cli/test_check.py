"""Does `check` find what is wrong and say what to do?"""

from __future__ import annotations

import importlib
from typing import Any

import pytest

from cli import shadows
from tests.cli.conftest import FILE, Site


def findings(site: Site, code: int) -> list[tuple[str, str, str]]:
    said = site.say("check", "--json")
    assert said.code == code, said.err
    return [(each["level"], each["what"], each["text"]) for each in said.json["findings"]]


def texts(site: Site, code: int, level: str) -> str:
    return "\n".join(text for found, _, text in findings(site, code) if found == level)


def test_a_fresh_site_is_well(site: Site) -> None:
    assert "`tickworks up` makes it" in texts(site, 0, "note")


def test_services_that_are_not_configured_are_named(known: Site) -> None:
    assert "Needy is not configured: set moon.enabled" in texts(known, 0, "note")


def test_settings_of_no_service_are_wrong(site: Site) -> None:
    site.file.write_text(FILE + "[service.clener]\npriority = 1\n")
    assert "did you mean cleaner?" in texts(site, 2, "wrong")


def test_a_misspelt_role_is_noted(site: Site) -> None:
    site.file.write_text(FILE.replace('name = "n1"', 'name = "n1"\nroles = ["mastre"]'))
    assert "did you mean master?" in texts(site, 0, "note")


def test_all_problems_of_the_file_come_at_once(site: Site) -> None:
    site.file.write_text("[node]\nprocesses = 0\nthreads = 0\n")
    assert len(texts(site, 2, "wrong").splitlines()) == 2


def test_a_database_that_is_away_is_code_5(site: Site) -> None:
    site.file.write_text('[database]\nurl = "postgresql://me@127.0.0.1:1/x"\n')
    assert "database cannot be reached" in texts(site, 5, "away")


def test_a_broker_that_is_away_is_code_5(site: Site) -> None:
    site.file.write_text(FILE + '[broker]\nurl = "amqp://me:geheim@127.0.0.1:1/"\n')
    text = texts(site, 5, "away")
    assert "RabbitMQ at 127.0.0.1:1" in text
    assert "geheim" not in text


def test_another_distribution_with_a_package_of_our_name_is_wrong(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    def installed() -> Any:
        return {"config": ["python-config"], "store": ["tickworks"]}

    monkeypatch.setattr(shadows, "packages_distributions", installed)
    assert "python-config installs a package named config too" in texts(site, 2, "wrong")


def test_our_packages_are_ours() -> None:
    assert importlib.import_module("cli").__file__ == str(shadows.ROOT / "cli" / "__init__.py")
    assert shadows.shadows() == []


def test_health_says_that_nothing_runs(known: Site) -> None:
    said = known.say("health", "--json")
    assert said.code == 5
    assert said.json["status"] == "unavailable"
    assert "beat" in said.json["problems"][0]


def test_migrate_tells_what_it_applied(site: Site) -> None:
    assert site.say("migrate").out.startswith("applied 0001")
    assert site.say("migrate").out == "the database is up to date\n"


def test_the_key_of_the_backups_is_to_be_kept_elsewhere_until_it_is_said_to_be(site: Site) -> None:
    key = site.folder / "backup.key"
    key.write_text("correct horse\n")
    site.file.write_text(FILE + '[backup]\nkey = "file:backup.key"\n')
    assert "key_kept_elsewhere = true" in texts(site, 0, "note")
    site.file.write_text(site.file.read_text() + "key_kept_elsewhere = true\n")
    assert "key of the backups" not in texts(site, 0, "note")
    key.unlink()
    assert "backup.key" in texts(site, 2, "wrong")
