"""A folder of its own for each test, as the current one, and short ways to load and to be refused."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from config.load import load
from config.problems import ConfigError
from config.settings import Settings

Load = Callable[..., Settings]
Problems = Callable[..., list[str]]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty current folder."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def loaded(folder: Path) -> Load:
    """Load `text` as tickworks.toml (no file without it), with these variables and nothing else."""

    def from_text(text: str | None = None, **environ: str) -> Settings:
        if text is not None:
            (folder / "tickworks.toml").write_text(text, "utf-8")
        return load(environ=environ)

    return from_text


@pytest.fixture
def problems(loaded: Load) -> Problems:
    """The lines with which the same is refused."""

    def of_text(text: str | None = None, **environ: str) -> list[str]:
        with pytest.raises(ConfigError) as caught:
            loaded(text, **environ)
        assert str(caught.value).splitlines() == caught.value.problems
        return caught.value.problems

    return of_text
