"""Is the page on the states of a run true?"""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from domain.run_state import ATTEMPT_ENDS, FINAL, OPEN, STATES, TRANSITIONS, after_attempt, backoff

PAGE = (Path(__file__).parents[2] / "docs" / "state_machine.md").read_text()


def test_the_table_of_the_page_lists_exactly_the_steps_there_are() -> None:
    table = PAGE.split("## Every step")[1].split("```")[0]
    rows = re.findall(r"^\| (\S+) \| (\w+) \| (.+) \|$", table, re.MULTILINE)[1:]
    listed = {(None if before == "(new)" else before, after): when for before, after, when in rows}
    assert len(listed) == len(rows)
    assert listed == TRANSITIONS


def test_the_drawing_of_the_page_shows_exactly_the_steps_there_are() -> None:
    drawing = PAGE.split("```mermaid")[1].split("```")[0]
    drawn = re.findall(r"(\S+) --> (\S+)", drawing)
    ends = {before for before, after in drawn if after == "[*]"}
    steps = [(None if before == "[*]" else before, after) for before, after in drawn if after != "[*]"]
    assert len(steps) == len(set(steps))
    assert (set(steps), ends) == (set(TRANSITIONS), set(FINAL))


def test_the_page_explains_every_state_and_says_which_are_open() -> None:
    rows = re.findall(r"^\| (\w+) \| (yes|no) \|", PAGE, re.MULTILINE)
    assert {state: is_open == "yes" for state, is_open in rows} == {state: state in OPEN for state in STATES}


def test_nothing_leaves_a_final_state_and_every_state_can_be_reached() -> None:
    assert not {before for before, _ in TRANSITIONS} & set(FINAL)
    assert {after for _, after in TRANSITIONS} == set(STATES)


@pytest.mark.parametrize("ended", ATTEMPT_ENDS)
@pytest.mark.parametrize("tries_left", [True, False])
@pytest.mark.parametrize("retry_lost", [True, False])
def test_an_attempts_end_leads_to_a_state_that_running_may_go_to(
    ended: str, tries_left: bool, retry_lost: bool
) -> None:
    assert ("running", after_attempt(ended, tries_left=tries_left, retry_lost=retry_lost)) in TRANSITIONS


def test_tries_are_spaced_out_up_to_a_quarter_of_an_hour() -> None:
    assert [backoff(n) for n in (1, 2, 3, 6, 7, 8, 5000)] == [15, 30, 60, 480, 900, 900, 900]
