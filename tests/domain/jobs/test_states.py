"""Is the page on the states of a job true?"""

from __future__ import annotations

import re
from pathlib import Path

from domain.jobs.states import FINAL, OPEN, STATES, TRANSITIONS, WAITING

PAGE = (Path(__file__).parents[3] / "docs" / "job_states.md").read_text()


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


def test_nothing_leaves_a_final_state_and_only_what_waits_is_claimed() -> None:
    assert not {before for before, _ in TRANSITIONS} & set(FINAL)
    assert {after for _, after in TRANSITIONS} == set(STATES)
    assert {before for before, after in TRANSITIONS if after == "running"} == set(WAITING)
