"""Can somebody find what is built of both products, what is not, and what proves it?"""

from __future__ import annotations

import re

from actors.catalogue import whole
from tests.support.visitors import Application


def rows(page: str) -> set[str]:
    return set(re.findall(r'id="service-([a-z0-9_]+)"', page))


def test_every_service_of_the_catalogue_is_listed_and_counted(application: Application) -> None:
    services = [each for each in whole().services.values() if each.ours]
    page = application.signed_in("viewer").get("/coverage").text
    assert rows(page) == {each.name for each in services}
    assert len(services) == 103
    planned = sum(each.planned for each in services)
    legacy = sum(each.legacy for each in services)
    assert f"{len(services)} services</a>" in page
    assert f"{planned} planned</a>" in page
    assert f"{legacy} legacy</a>" in page
    assert f"{len(services) - planned - legacy} built</a>" in page


def test_profiles_that_are_off_are_listed_and_marked(application: Application) -> None:
    page = application.signed_in("viewer").get("/coverage?profile=billing").text
    assert '<span class="tag">billing</span> <small>off</small>' in page


def test_search_and_facets_narrow_it(application: Application) -> None:
    viewer = application.signed_in("viewer")
    assert "backup_manager" in rows(viewer.get("/coverage?q=backup").text)
    assert rows(viewer.get("/coverage?q=backup&status=legacy").text) == set()
    jerasoft = rows(viewer.get("/coverage?product=JeraSoft").text)
    assert len(jerasoft) == 34
    assert rows(viewer.get("/coverage?status=built").text) == {
        each.name for each in whole().services.values() if each.ours and not (each.planned or each.legacy)
    }
    assert "No service is like that" in viewer.get("/coverage?q=no+such+thing").text


def test_a_search_from_the_page_gets_the_table_and_its_address(application: Application) -> None:
    headers = {"hx-request": "true", "hx-target": "div#table"}
    answer = application.signed_in("viewer").get("/coverage?q=dns&status=", headers=headers)
    assert answer.headers["hx-replace-url"] == "/coverage?q=dns"
    assert "<html" not in answer.text


def test_a_built_service_leads_to_its_page_and_shows_steps_and_proof(application: Application) -> None:
    page = application.signed_in("viewer").get("/coverage").text
    row = page[page.index('id="service-backup_manager"') :].split("</tr>", 1)[0]
    assert 'href="/services/backup_manager"' in row
    assert "real" in row
    assert 'href="/services/billing"' not in page  # planned: there is nothing to show yet


def test_what_is_searched_for_is_only_text(application: Application) -> None:
    page = application.signed_in("viewer").get("/coverage?q=%22%3E%3Cscript%3Ealert(1)%3C/script%3E").text
    assert "<script>alert" not in page
