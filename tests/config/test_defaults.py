"""What an empty configuration gives."""

from __future__ import annotations

from pathlib import Path

import pytest

from config.given import kind_of
from config.settings import NODE_NAME, ROLES, SECTIONS, Settings, own_node_name

from .conftest import Load


@pytest.mark.parametrize("text", [None, "", "[node]\n"])
def test_nothing_set_gives_an_embedded_node_with_all_roles(
    loaded: Load, folder: Path, text: str | None
) -> None:
    settings = loaded(text)
    assert settings.database.path == folder / "var/tickworks.db"
    assert settings.broker.embedded
    assert settings.node.roles == ROLES
    assert (settings.node.processes, settings.node.threads, settings.node.drain_timeout) == (2, 8, 60)
    assert settings.site.active_profiles == {"core", "monitoring"}
    assert (settings.web.host, settings.web.port) == ("127.0.0.1", 8080)
    assert (settings.logs.dir, settings.logs.level) == (folder / "var/log", "info")
    coordinator = settings.coordinator
    assert (coordinator.age_step, coordinator.reserve_after, coordinator.lease, coordinator.grace) == (
        60,
        60,
        15,
        10,
    )
    assert (settings.history.keep_days, settings.history.keep_failed_days) == (30, 90)
    assert settings.service == {}


def test_every_default_is_a_value_that_would_be_accepted() -> None:
    settings = Settings()
    for section, model in SECTIONS.items():
        for key in model.model_fields:
            value = getattr(getattr(settings, section), key)
            accepted = kind_of(section, key).check(str(value) if isinstance(value, Path) else value)
            assert accepted == value, f"{section}.{key}"


def test_the_default_node_name_may_be_used_in_queue_and_file_names(monkeypatch: pytest.MonkeyPatch) -> None:
    class Uname:
        nodename = "-Büro 7/ß.example.net" + "x" * 80

    monkeypatch.setattr("os.uname", Uname)
    assert NODE_NAME.check(own_node_name()).startswith("B-ro-7-.example.net")


def test_settings_cannot_be_changed_afterwards(loaded: Load) -> None:
    with pytest.raises(ValueError, match="frozen"):
        loaded().node.threads = 3  # type: ignore[misc]
