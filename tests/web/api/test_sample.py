"""Can an admin load and clear a sample over HTTP, and nobody else?"""

from __future__ import annotations

from tests.web.api.asking import Api, api, scene

__all__ = ["api", "scene"]


def test_a_sample_is_loaded_once_and_cleared(api: Api) -> None:
    done = api.post("/sample", {"name": "hosting", "reason": "a look"})
    assert done.status_code == 201
    assert done.json()["objects"]["organisation"] == 10
    entry = next(each for each in api.get("/audit").json()["audit"] if each["action"] == "sample load")
    assert (entry["actor"], entry["reason"]) == ("ann", "a look")
    again = api.post("/sample", {"name": "hosting"})
    assert (again.status_code, again.json()["code"]) == (409, "loaded")
    cleared = api.post("/sample/clear").json()
    assert (cleared["objects"], cleared["kept"]) == (done.json()["objects"], [])


def test_beside_real_organisations_and_for_other_roles_it_is_refused(api: Api) -> None:
    assert api.post("/sample", {"name": "other"}).status_code == 422
    api.post("/objects/organisation", {"name": "Acme"})
    refused = api.post("/sample", {"name": "hosting"})
    assert (refused.status_code, refused.json()["code"]) == (409, "real_objects")
    api.be("operator")
    assert api.post("/sample", {"name": "hosting"}).status_code == 403
    assert api.post("/sample/clear").status_code == 403
