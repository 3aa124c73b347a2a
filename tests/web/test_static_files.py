"""Only the files of the folder are served, whatever the address says."""

from __future__ import annotations

import pytest

from tests.support.visitors import Application
from web.static_files import address

OUTSIDE = (
    "/static/../app.py",
    "/static/..%2fapp.py",
    "/static/%2e%2e/%2e%2e/setup.cfg",
    "/static//etc/passwd",
    "/static/%2fetc%2fpasswd",
    "/static/vendor/..%5c..%5capp.py",
    "/static/manifest.json%00.css",
)


@pytest.mark.parametrize("path", OUTSIDE)
def test_nothing_outside_the_folder_is_served(application: Application, path: str) -> None:
    answer = application.signed_in("admin").get(path)
    assert answer.status_code in (400, 404)
    assert "root:" not in answer.text
    assert "[metadata]" not in answer.text


def test_a_file_may_be_kept_for_ever_under_the_address_of_its_content(application: Application) -> None:
    visitor = application.visitor()
    assert "immutable" in visitor.get(address("app.css")).headers["cache-control"]
    assert visitor.get("/static/app.css").headers["cache-control"] == "no-cache"
