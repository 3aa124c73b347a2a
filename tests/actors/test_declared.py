"""Whose word counts for an option: the code's, a section's of the site's file, or the service's own?"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from actors import Context, Service, service
from actors.declared import declared
from domain.retention import Retention

SETTINGS = {"history.keep_days": 7, "history.keep_log_mb": 512}


@dataclass(frozen=True)
class Options:
    days: int = field(default=30, metadata={"setting": "history.keep_days"})
    batch: int = 500


@service(name="tidy", options=Options)
def tidy(context: Context, options: Options) -> None: ...


class Given:
    """``[service.tidy]`` of a site's file."""

    def __init__(self, **values: Any) -> None:
        self.values = values

    def given(self) -> dict[str, Any]:
        return self.values


def options(given: Given | None = None, settings: dict[str, Any] | None = None, of: Service = tidy) -> Any:
    found, problems = declared([of], {of.name: given} if given else {}, settings=settings)
    return problems or found[0].defaults["options"]


def test_without_a_word_of_the_site_the_code_s_value_holds() -> None:
    assert options() == {"days": 30, "batch": 500}


def test_a_section_gives_the_options_that_name_it() -> None:
    assert options(settings=SETTINGS) == {"days": 7, "batch": 500}


def test_the_service_s_own_options_win_over_the_section() -> None:
    assert options(Given(options={"days": 3}), SETTINGS) == {"days": 3, "batch": 500}


def test_a_wrong_option_is_named_with_the_service() -> None:
    problem = (
        "[service.tidy] option: days: input should be a valid integer, unable to parse string as an integer"
    )
    assert options(Given(options={"days": "soon"}), SETTINGS) == [f"{problem}, got 'soon'"]


def test_a_term_of_nothing_is_refused_before_anything_is_deleted() -> None:
    @service(name="cleaning", options=Retention)
    def cleaning(context: Context, options: Retention) -> None: ...

    problem = "[service.cleaning] option: keep_days: expected at least 1, got 0"
    assert options(Given(options={"keep_days": 0}), of=cleaning) == [problem]
