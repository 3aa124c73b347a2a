"""The page of all settings."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

from config.reference import PAGE, markdown
from config.section import Section
from config.service import ServiceDefaults
from config.settings import SECTIONS

from .conftest import Load

ROOT = Path(__file__).parents[2]


def test_the_page_in_the_tree_is_up_to_date() -> None:
    assert (ROOT / PAGE).read_text("utf-8") == markdown(), "run python -m config.reference > " + str(PAGE)


def test_every_section_and_key_has_a_row_with_a_meaning() -> None:
    page = markdown()
    models: dict[str, type[Section]] = {**SECTIONS, "service.NAME": ServiceDefaults}
    for name, model in models.items():
        table = page.split(f"## `[{name}]`")[1].split("\n## ")[0]
        rows = dict(re.findall(r"^\| `(\w+)` \| .+ \| .+ \| (\w.*|`\w.*) \|$", table, re.MULTILINE))
        assert list(rows) == list(model.model_fields), name


def test_the_example_of_the_page_is_accepted(loaded: Load, folder: Path) -> None:
    example = markdown().split("```toml\n")[1].split("```")[0]
    tomllib.loads(example)
    (folder / "database_url").write_text("postgresql://u@h/x")
    settings = loaded(example.replace("/run/secrets/", f"{folder}/"))
    assert settings.database.url == "postgresql://u@h/x"
