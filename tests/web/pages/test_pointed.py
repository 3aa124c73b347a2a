"""Does a sentence on a page name the page, where the command line's sentence names a command?"""

from __future__ import annotations

import re

import pytest

from domain.objects.catalogue import find
from tests.support.visitors import Application
from web.acts.objects import Objects
from web.pages.pointed import PLACES, pointed


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ("there is no run 7: `tickworks runs` lists them", '7: <a href="/runs">Runs</a> lists them'),
        (
            "off: `tickworks run sync_all --even-if-disabled`",
            'off: <a href="/services/sync_all/run">Run…</a>',
        ),
        ("`tickworks object list o'brien/x`", '<a href="/objects/o%27brien%2Fx">Objects</a>'),
        ("`tickworks run`", "<code>tickworks run</code>"),
        ("start `tickworks up` <b>", "start <code>tickworks up</code> &lt;b&gt;"),
        ("`tickworks migrate <b>`", "<code>tickworks migrate &lt;b&gt;</code>"),
        ("no command in it", "no command in it"),
    ],
)
def test_a_command_is_shown_as_its_page_or_as_code(said: str, shown: str) -> None:
    assert str(pointed(said)).endswith(shown)


def test_every_page_that_is_named_is_there(application: Application) -> None:
    client = application.signed_in("admin")
    Objects(application.site, by="a test").add(find("server"), {"name": "web1", "address": "192.0.2.1"})
    words = {"/objects/{}": "server", "/jobs/{}": "new"}
    for path, _ in PLACES.values():
        answer = client.get(path.format(words.get(path, "cleaner")))
        assert answer.status_code == 200, path


def test_a_refusal_leads_on_and_no_code_stands_in_it(application: Application) -> None:
    client = application.signed_in("operator")
    client.post("/services/backup_manager/disable", headers={"hx-request": "true"})
    text = client.post("/services/backup_manager/run", headers={"hx-request": "true"}).text
    assert '<a href="/services/backup_manager/run">' in text
    assert not re.search("`|tickworks run", text)
