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


def test_a_line_of_a_product_leads_to_its_step_and_its_tests(application: Application) -> None:
    page = application.signed_in("viewer").get("/coverage?q=cleans+old+messages").text
    assert rows(page) == {"cleaner"}
    assert "Utility that automatically cleans old messages from the Events Log section" in page
    assert "1. Delete events log messages and other records past their term" in page
    assert "test_records_and_log_files_are_cleaned_in_one_run" in page


def test_what_operators_do_in_the_products_is_listed_with_its_tests(application: Application) -> None:
    page = application.signed_in("viewer").get("/coverage").text
    shown = page[page.index("What operators do there") :]
    assert "XX:02, XX:07, XX:12" in shown
    assert "test_every_5_aligned_to_2_runs_at_02_07_12" in shown
    assert 'class="none"' not in shown.split("</table>")[0]
