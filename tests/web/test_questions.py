"""Does every form ask first that takes something away?"""

from __future__ import annotations

import re

from web.pages.render import TEMPLATES

#: What the last word of an act is that somebody would miss.
TAKES_AWAY = ("archive", "cancel", "clear", "delete", "disable", "password", "remove", "revoke", "unlink")
#: It can be switched on again beside it, or is the form of somebody's own.
EASILY_UNDONE = {
    "/profile/password",
    '/reports/schedules/{{ each.id }}/{{ "disable" if each.enabled else "enable" }}',
    "/mail/{{ mail.id }}/cancel",
    "/mail/{{ each.id }}/cancel",
}


def test_a_form_that_takes_something_away_asks_or_is_itself_the_question() -> None:
    found, silent = 0, []
    for path in sorted(TEMPLATES.glob("*.html")):
        text = path.read_text()
        if text.startswith('<div class="inside'):
            continue  # it is a dialog
        for form in re.findall(r"<form\b(?:[^>{]|{{.*?}}|{%.*?%})*>", text):
            action = (re.search(r'action="((?:[^"{]|{{.*?}})*)"', form) or ["", ""])[1]
            last = action.rpartition("/")[2]
            if action in EASILY_UNDONE or not any(word in last for word in TAKES_AWAY):
                continue
            found += 1
            if "hx-confirm" not in form:
                silent.append(f"{path.name}: {action}")
    assert found > 10
    assert silent == []
