"""Do files go out with an agent's answer, and can they be saved by whoever may read the ticket?"""

from __future__ import annotations

import base64
import json
import re
from typing import Any

import pytest
from starlette.testclient import TestClient

from domain.mail_in.files import File
from domain.mail_in.handed_in import LARGEST, LARGEST_TOGETHER, MOST
from store import database
from store.helpdesk.file import PART
from tests.support.visitors import Application
from tests.web.pages.test_tickets_page import made, said

#: No text in any encoding, and longer than one part.
BYTES = bytes(range(256)) * (PART // 256 + 7)


def answered(client: TestClient, number: int, *files: File, text: str = "Here it is.") -> Any:
    sent = [("files", (each.name, each.content, each.media_type)) for each in files]
    return client.post(f"/tickets/{number}/reply", data={"text": text}, files=sent)


def outgoing() -> list[tuple[str, str, bytes]]:
    """Name, media type and bytes of all files in the outbox."""
    rows = database.read().all("SELECT name, media_type, content FROM mail_attachment ORDER BY mail_id, n")
    return [(name, media_type, bytes(content)) for name, media_type, content in rows]


def test_a_file_of_an_answer_goes_out_and_is_saved_from_the_thread(application: Application) -> None:
    number = made(application)
    client = application.signed_in("operator")
    answered(client, number, File("Plan für Kim.pdf", "application/pdf", BYTES))
    assert said(client, "/tickets") == f"the answer to ticket {number} is in the outbox"
    assert outgoing() == [("Plan für Kim.pdf", "application/pdf", BYTES)]
    page = application.signed_in("viewer").get(f"/tickets/{number}").text
    (link,) = re.findall(r'href="(/tickets/[\d/]+files/\d+)">Plan für Kim\.pdf<', page)
    saved = client.get(link)
    assert saved.content == BYTES
    assert saved.headers["content-type"] == "application/octet-stream"
    assert saved.headers["content-disposition"] == "attachment; filename*=UTF-8''Plan%20f%C3%BCr%20Kim.pdf"
    assert saved.headers["x-content-type-options"] == "nosniff"
    (entry,) = [each for each in application.audit() if each["action"] == "ticket reply"]
    assert json.loads(entry["after"])["files"] == ["Plan für Kim.pdf"]


def test_no_file_is_no_file(application: Application) -> None:
    number = made(application)
    client = application.signed_in("operator")
    empty = {"files": ("", b"", "application/octet-stream")}
    client.post(f"/tickets/{number}/reply", data={"text": "Grüße"}, files=empty)
    assert outgoing() == []
    assert "Grüße" in client.get(f"/tickets/{number}").text


def test_a_name_leads_nowhere_and_breaks_no_header(application: Application) -> None:
    number = made(application)
    client = application.signed_in("operator")
    names = ("../../etc/passwd", "a\u202egpj.exe", "con.txt", "<b>.html")
    answered(client, number, *(File(each, "Text/HTML", b"x") for each in names))
    assert outgoing() == [
        ("passwd", "text/html", b"x"),
        ("agpj.exe", "text/html", b"x"),
        ("attachment-3.bin", "text/html", b"x"),
        ("b.html", "text/html", b"x"),
    ]


@pytest.mark.parametrize(
    ("files", "problem"),
    [
        ([File("empty.txt", "text/plain", b"")], "file empty.txt: it is empty"),
        ([File("big.bin", "text/plain", b"x" * (LARGEST + 1))], "file big.bin: 5.1 MB; at most 5 MB"),
        ([File("a.bin", "text/plain", b"x")] * (MOST + 1), f"files: at most {MOST}, got {MOST + 1}"),
        (
            [File("a.bin", "text/plain", b"x" * (LARGEST_TOGETHER // 4 + 1))] * 4,
            "files: 15.1 MB together; at most 15 MB in one mail",
        ),
    ],
    ids=["empty", "large", "many", "together"],
)
def test_too_much_is_refused_before_anything_is_kept(
    application: Application, files: list[File], problem: str
) -> None:
    number = made(application)
    client = application.signed_in("operator")
    answer = answered(client, number, *files)
    assert f"It was not sent: {problem}. What you wrote stands below; choose its files again." in answer.text
    assert "Here it is.</textarea>" in answer.text
    assert outgoing() == []
    assert "Here it is." not in client.get(f"/tickets/{number}").text


def test_text_beside_a_file_is_still_looked_at(application: Application) -> None:
    number = made(application)
    client = application.signed_in("operator")
    answer = answered(client, number, File("a.bin", "text/plain", b"\xff\0"), text="half\0text")
    assert answer.status_code == 422
    kind = {"content-type": "multipart/form-data; boundary=b"}
    bad = b'--b\r\nContent-Disposition: form-data; name="text"\r\n\r\n\xff\xfe\r\n--b--\r\n'
    assert client.post(f"/tickets/{number}/reply", content=bad, headers=kind).status_code == 400
    assert outgoing() == []


def test_programs_send_files_in_base64_and_read_them_back(application: Application) -> None:
    number = made(application)
    client = application.program(application.token("operator", "operator"))
    address = f"/api/v1/tickets/{number}"
    file = {"name": "plan.pdf", "media_type": "application/pdf", "content": base64.b64encode(BYTES).decode()}
    body = {"text": "Here.", "files": [file]}
    done = client.post(f"{address}/replies", json=body, headers={"if-match": "*"})
    assert done.status_code == 202
    (kept,) = done.json()["messages"][-1]["files"]
    assert (kept["name"], kept["size"]) == ("plan.pdf", len(BYTES))
    assert client.get(f"{address}/files/{kept['id']}").content == BYTES
    other = made(application)
    missing = client.get(f"/api/v1/tickets/{other}/files/{kept['id']}")
    assert (missing.status_code, missing.json()["code"]) == (404, "unknown_file")
    wrong = {**body, "files": [{**file, "content": "no base64!"}]}
    assert client.post(f"{address}/replies", json=wrong, headers={"if-match": "*"}).status_code == 422


def test_who_may_only_read_sends_nothing(application: Application) -> None:
    number = made(application)
    assert answered(application.signed_in("viewer"), number, File("a", "text/plain", b"x")).status_code == 403
    assert outgoing() == []
