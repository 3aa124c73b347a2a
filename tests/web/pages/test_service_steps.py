"""Does a service's list of steps say which of them are never kept waiting, and by which?"""

from __future__ import annotations

from zoneinfo import ZoneInfo

from actors.directory.group_action_ad import run as group_action_ad
from web.pages.render import fragment
from web.pages.run_rows import STEPS
from web.shown.tasks import task_more, task_row


def test_all_but_the_orders_of_a_directory_are_apart() -> None:
    tasks = [
        task_row(task, {}) | task_more(None, group_action_ad, task, {}, 0.0) for task in group_action_ad.tasks
    ]
    said = [(each["prompt"], each["apart"]) for each in tasks]
    assert said == [(True, False), *[(False, True)] * 4]
    text = fragment(
        "_service_steps.html", tasks=tasks, title="AD", name="ad", zone=ZoneInfo("UTC"), step_states=STEPS
    )
    tags = [text.count(f'<span class="tag">{word}</span>') for word in ("prompt", "apart")]
    assert tags == [1, 4]
