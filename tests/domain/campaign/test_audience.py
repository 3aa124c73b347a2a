"""Is a list of recipients read, or refused with the line that is wrong?"""

from __future__ import annotations

import pytest

from domain.campaign.audience import people
from domain.mail.problem import MailProblem


def test_headings_say_what_stands_where() -> None:
    assert people("name,email\nAnn,ann@example.org\n") == (("ann@example.org", "Ann", ""),)


def test_one_address_on_each_line_is_a_list_too() -> None:
    assert [row[0] for row in people("a@example.org\nb@example.org\nA@EXAMPLE.ORG")] == [
        "a@example.org",
        "b@example.org",
    ]


@pytest.mark.parametrize("text", ['a@example.org\r\r"x', "email\rname", "email\n\0"])
def test_what_is_no_csv_is_refused_in_words(text: str) -> None:
    with pytest.raises(MailProblem, match="list"):
        people(text)


def test_a_wrong_address_is_named_with_its_line() -> None:
    with pytest.raises(MailProblem, match="line 2"):
        people("a@example.org\nnobody")
