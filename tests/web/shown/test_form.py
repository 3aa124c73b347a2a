"""Is a service's options dataclass shown as a form, and is a sent form read back as it was meant?"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Literal

import pytest

from actors import Context, Outcome, Task, service
from actors.service import Service
from actors.system import log_rotator
from actors.values import defaults
from web.shown.form import options_form, read_options


@dataclass(frozen=True)
class Options:
    """``keep``: how many stay. ``mode``: fast or safe."""

    keep: int = field(default=3, metadata={"min": 1, "max": 9})
    mode: Literal["fast", "safe"] = "safe"
    every: timedelta = timedelta(minutes=5)
    names: tuple[str, ...] = ()
    loud: bool = True
    share: float | None = None
    note: str = ""


def _work(context: Context, options: Options) -> Outcome:
    return Outcome.done()


@service(name="formed", title="Formed", options=Options, tasks=(Task("Sweep", _work), Task("Dust", _work)))
def formed(context: Context, options: Options) -> Outcome:
    """Has an option of each kind."""
    return Outcome.done()


VALUES = {
    "options": defaults(Options),
    "tasks": [{"title": "Sweep", "subtasks": ["Floor"], "enabled": False}],
}


def shown(formed: Service) -> dict[str, dict[str, Any]]:
    return {each["name"]: each for each in options_form(formed, VALUES)}


def test_each_type_has_its_kind_of_field() -> None:
    kinds = {name: each["kind"] for name, each in shown(formed).items()}
    assert kinds == {
        "options.keep": "number",
        "options.mode": "choice",
        "options.every": "span",
        "options.names": "list",
        "options.loud": "switch",
        "options.share": "number",
        "options.note": "text",
        "tasks.Sweep": "switch",
    }


def test_a_field_has_its_value_limits_choices_and_help() -> None:
    fields = shown(formed)
    keep, mode, sweep = fields["options.keep"], fields["options.mode"], fields["tasks.Sweep"]
    assert (keep["value"], keep["min"], keep["max"], keep["whole"]) == (3, 1, 9, True)
    assert keep["help"] == "how many stay."
    assert (mode["choices"], mode["value"], mode["label"]) == (["fast", "safe"], "safe", "Mode")
    assert (sweep["value"], sweep["help"]) == (False, "Floor")
    assert fields["options.every"]["value"] == 300.0


def test_a_part_of_the_docstring_goes_to_each_field() -> None:
    (keep, *_) = options_form(log_rotator.run, {"options": defaults(log_rotator.Options)})
    assert keep["help"] == "Old files kept of each log"


def test_a_sent_form_is_read_back() -> None:
    sent = {
        "options.keep": "4",
        "options.mode": "fast",
        "options.every": "1 h 30 min",
        "options.names": "a, b\nc",
        "options.loud": ["false", "true"],
        "options.share": "",
        "options.note": " x ",
        "tasks.Dust": "on",
    }
    assert read_options(formed, sent) == {
        "options": {
            "keep": "4",
            "mode": "fast",
            "every": 5400.0,
            "names": ["a", "b", "c"],
            "loud": True,
            "share": None,
            "note": "x",
        },
        "tasks": {"Sweep": False, "Dust": True},
    }


def test_a_switch_that_was_not_sent_is_off() -> None:
    assert read_options(formed, {})["options"] == {"loud": False}


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("90", 90.0), ("15 min", 900.0), ("1.5h", 5400.0), ("2d", 172_800.0), ("soon", "soon")],
)
def test_spans_are_read_as_people_write_them(text: str, seconds: object) -> None:
    assert read_options(formed, {"options.every": text})["options"]["every"] == seconds
