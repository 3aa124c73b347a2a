"""Do templates say what they are given, compute nothing, and name what is missing?"""

from __future__ import annotations

from pathlib import Path

import pytest

from domain.mail.problem import MailProblem
from domain.mail.template import FOLDER, render


def test_the_notice_says_what_it_is_given() -> None:
    made = render("notice", {"subject": "Disk full", "text": "n1: 99 %\n$text {0.__class__}"})
    assert made == ("Disk full", "n1: 99 %\n$text {0.__class__}\n")


@pytest.mark.parametrize(
    ("name", "values", "text"),
    [
        ("notise", {}, "there is no 'notise'; there is notice"),
        ("../account", {}, "there is no '../account'"),
        ("notice", {"subject": "x"}, "no value for text"),
        ("notice", {"subject": "x\r\nBcc: y@z.org", "text": ""}, "line break"),
    ],
)
def test_what_cannot_be_made_is_told_in_one_line(name: str, values: dict[str, str], text: str) -> None:
    with pytest.raises(MailProblem) as caught:
        render(name, values)
    assert text in str(caught.value)
    assert len(str(caught.value).splitlines()) == 1


@pytest.mark.parametrize("source", ["no subject\n", "Subject: costs 5 $\n\n"])
def test_a_template_that_is_none_is_named(tmp_path: Path, source: str) -> None:
    (tmp_path / "mine.txt").write_text(source)
    with pytest.raises(MailProblem, match="template mine"):
        render("mine", {}, tmp_path)


def test_every_template_that_ships_has_a_subject() -> None:
    assert [path.name for path in FOLDER.glob("*.txt") if not path.read_text().startswith("Subject: ")] == []
