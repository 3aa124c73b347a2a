"""Can what an event says be a value of a job's arguments, and nothing else?"""

from __future__ import annotations

import pytest

from domain.mail.problem import MailProblem
from domain.workflow.arguments import arguments, check_arguments

EVIL = 'x", "unit": "OU=Admins'


@pytest.mark.parametrize(
    ("text", "made"),
    [
        ('{"name": "{{ data.name }}"}', {"name": EVIL}),
        ('{"name": {{ data.name | tojson }}, "size": {{ data.size | tojson }}}', {"name": EVIL, "size": 5}),
        ('{"to": ["{{ data.name }}", "a"], "n": 5}', {"to": [EVIL, "a"], "n": 5}),
        ('{"size": "{{ data.size }}"}', {"size": "5"}),
        ("""{"name": "{{ data.more | default('none') }}"}""", {"name": "none"}),
    ],
)
def test_a_value_stays_a_value(text: str, made: object) -> None:
    check_arguments(text)
    assert arguments(text, {"data": {"name": EVIL, "size": 5}}) == made


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('{"size": {{ data.size }}}', "needs the filter tojson"),
        ('{"name": "{{ data.name | default("none") }}"}', "needs the filter tojson"),
        ('{"name": {% if data.size %}"{{ data.name }}"{% endif %}}', "needs the filter tojson"),
        ('{"size": 5', "this is no JSON"),
        ('{"size": {{ data.size', "line 1"),
    ],
)
def test_where_a_value_could_end_its_place_the_text_is_refused(text: str, said: str) -> None:
    for look in (check_arguments, lambda each: arguments(each, {"data": {"name": EVIL, "size": EVIL}})):
        with pytest.raises(MailProblem, match=said):
            look(text)
