"""Is every trouble with a system elsewhere one clear line with its exit code, and never a token?"""

from __future__ import annotations

import datetime
import json
import signal
import socket
import ssl
from collections.abc import Iterator
from ipaddress import ip_address
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from typer.testing import CliRunner

from cli.main import app
from cli.remote import connection
from cli.remote.address import Address, address_of
from config.load import load
from store import database
from tests.cli.bad_server import bad_server, http
from tests.cli.conftest import Said, Site, make_site
from tests.cli.elsewhere import Elsewhere, page_of, token_of
from tests.support.process import end

TOKEN = "tw_0badc0de_this-token-must-not-be-shown"
PROBLEM = {"title": "Refused", "detail": "it is\x1b[31m so\nand so", "code": "ended"}


def problem(status: int, **more: object) -> bytes:
    return http(status, json.dumps({**PROBLEM, **more}).encode(), "application/problem+json")


#: What a server answers -> exit code, and a part of the line.
ANSWERS = {
    "html": (http(200, b"<html>hello</html>", "text/html"), 5, "something else answers"),
    "a page of an error": (http(502, b"<html>bad gateway</html>", "text/html"), 5, "502"),
    "no json": (http(200, b'{"services": ['), 5, "something else answers"),
    "deep json": (http(200, b"[" * 100_000), 5, "something else answers"),
    "a list": (http(200, b"[]"), 5, "something else answers"),
    "another document": (http(200, b'{"hello": 1}'), 5, "without services"),
    "rows that are none": (http(200, b'{"services": [1]}'), 5, "without services"),
    "no http": (b"220 mail.example.org ESMTP\r\n", 5, "not HTTP"),
    "nothing": (b"", 5, "hung up"),
    "half": (
        b"HTTP/1.1 200 X\r\nContent-Type: application/json\r\nContent-Length: 99\r\n\r\n{",
        5,
        "cut off",
    ),
    "401": (problem(401), 3, "not signed in"),
    "403": (problem(403, code="not_allowed"), 3, "it is [31m so and so"),
    "404": (problem(404, code="unknown_run"), 4, "and so"),
    "404 of no route": (http(404, b'{"title": "Not Found"}'), 4, "older release"),
    "409": (problem(409), 3, "and so"),
    "412": (problem(412, code="edited_meanwhile"), 3, "and so"),
    "422": (problem(422, code="bad_request"), 2, "and so"),
    "422 without a code": (problem(422, code=None), 2, "and so"),
    "429": (problem(429, code=None), 3, "and so"),
    "500": (problem(500, code="database"), 5, "and so"),
    "503": (problem(503, code="database"), 5, "and so"),
}


@pytest.fixture(scope="module")
def there(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    site = make_site(tmp_path_factory.mktemp("there"))
    process = site.up()
    yield site
    end(process, how=signal.SIGINT)


@pytest.mark.parametrize("name", ANSWERS)
def test_a_strange_answer_is_one_line(name: str) -> None:
    answer, code, part = ANSWERS[name]
    with bad_server(answer) as server:
        said = Elsewhere(server.url, TOKEN).say("services")
    assert (said.code, said.out) == (code, "")
    assert part in said.err
    assert said.err.startswith("error: ")
    assert len(said.err.splitlines()) == 1
    assert "\x1b" not in said.err


def test_rows_that_lack_something_are_of_another_release() -> None:
    with bad_server(http(200, b'{"nodes": [{}]}')) as server:
        said = Elsewhere(server.url, TOKEN).say("nodes")
    assert (said.code, said.out, len(said.err.splitlines())) == (5, "", 1)
    assert "are both of the same release?" in said.err


def test_a_server_that_hangs_is_left(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connection, "TIMEOUT", 0.2)
    with bad_server(None) as server:
        looked = Elsewhere(server.url, TOKEN).say("services")
        done = Elsewhere(server.url, TOKEN).say("enable", "adder")
    assert (looked.code, "no answer within 0.2 s" in looked.err) == (5, True)
    assert "not known" not in looked.err
    assert (done.code, "whether it was done is not known" in done.err) == (5, True)


def test_where_nobody_listens_is_told() -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    said = Elsewhere(f"http://127.0.0.1:{port}", TOKEN).say("run", "adder")
    assert (said.code, "connection refused" in said.err) == (5, True)
    assert Elsewhere(f"http://127.0.0.1:{port}").say("health").code == 5


def test_a_redirect_is_not_followed() -> None:
    with bad_server(http(200, b'{"services": []}')) as other:
        redirect = http(307, b"", "text/plain", f"Location: {other.url}/api/v1/services")
        with bad_server(redirect) as server:
            said = Elsewhere(server.url, TOKEN).say("services")
        assert (said.code, "status 307" in said.err) == (5, True)
        assert other.heard == []


def test_a_certificate_that_nobody_vouches_for_is_told_before_the_token_is_sent(tmp_path: Path) -> None:
    with bad_server(http(200, b'{"services": []}'), _own_certificate(tmp_path)) as server:
        url = f"https://127.0.0.1:{server.port}"
        said = Elsewhere(url, TOKEN).say("services")
        assert (said.code, "its certificate is not trusted" in said.err) == (5, True)
        assert server.heard == []
        trusted = Elsewhere(url, TOKEN).say(
            "services", "--json", env={"SSL_CERT_FILE": str(tmp_path / "own.pem")}
        )
        assert (trusted.code, trusted.err) == (0, "")


def test_a_port_without_tls_is_told() -> None:
    with bad_server(http(200, b"{}")) as server:
        said = Elsewhere(server.url.replace("http:", "https:"), TOKEN).say("services")
    assert (said.code, "does not speak TLS" in said.err) == (5, True)


def test_only_a_living_token_lets_in(there: Site) -> None:
    url = page_of(there)
    revoked, expired = token_of(there, "operator"), token_of(there, "viewer")
    there.say("token", "revoke", revoked)
    database.open(load(there.file, {}).database.url)
    prefix = expired.split("_")[1]
    database.write(lambda tx: tx.run("UPDATE api_token SET expires_at = 1 WHERE prefix = ?", (prefix,)))
    database.close()
    for token in (TOKEN, revoked, expired):
        said = Elsewhere(url, token).say("services")
        assert (said.code, "the token is wrong, expired or revoked" in said.err) == (3, True)
    said = Elsewhere(url).say("services")
    assert (said.code, "give a token with --token or TICKWORKS_TOKEN" in said.err) == (3, True)
    assert Elsewhere(url).say("health").out == "ok\n"


def test_a_viewer_may_look_but_not_touch(there: Site) -> None:
    viewer = Elsewhere(page_of(there), token_of(there, "viewer"))
    assert viewer.say("services").code == 0
    said = viewer.say("run", "adder", "--arg", "left=1")
    assert (said.code, "takes the role operator" in said.err) == (3, True)
    assert viewer.say("maintenance", "on").code == 3


def test_the_environment_names_server_and_token(there: Site, tmp_path: Path) -> None:
    token = token_of(there, "viewer")
    (tmp_path / "token").write_text(f"{token}\n")
    env = {"TICKWORKS_SERVER": page_of(there), "MINE": token}
    for held in (token, "env:MINE", f"file:{tmp_path}/token"):
        assert _say("runs", "--json", env={**env, "TICKWORKS_TOKEN": held}).code == 0
    wrong = _say("runs", env={**env, "TICKWORKS_TOKEN": "env:NOT_MINE"})
    assert (wrong.code, "TICKWORKS_TOKEN: env:NOT_MINE: the variable" in wrong.err) == (2, True)
    refused = _say("backup", "list", env={**env, "TICKWORKS_TOKEN": "env:MINE"})
    assert (refused.code, "with TICKWORKS_SERVER unset" in refused.err) == (3, True)


def test_a_file_on_the_command_line_beats_the_environment(tmp_path: Path) -> None:
    site = make_site(tmp_path)
    assert site.say("services", env={"TICKWORKS_SERVER": "http://127.0.0.1:1"}).code == 0
    both = site.say("--server", "http://127.0.0.1:1", "services")
    assert (both.code, "one of them" in both.err) == (2, True)


@pytest.mark.parametrize(
    "url",
    [
        *(
            "",
            "tickworks",
            "ftp://h",
            "http://",
            "http://h:port",
            "http://h:99999",
            "http://[::1",
            "http://a b",
        ),
        *("http://u:geheim@h", "http://h/?x=geheim", "http://h/#geheim", "http://h\u00e4/"),
    ],
)
def test_a_wrong_address_is_wrong_usage(url: str) -> None:
    said = _say("--server", url, "services")
    assert (said.code, said.out, len(said.err.splitlines())) == (2, "", 1)
    assert "--server: " in said.err
    assert "geheim" not in said.err


@pytest.mark.parametrize("token", ["tw_1_a b-geheim", "tw_1_geheim\nX: y", "geheim\u00fc", "vault:geheim"])
def test_a_wrong_token_is_not_repeated(token: str) -> None:
    for trace in ([], ["--trace"]):
        said = _say(*trace, "--server", "http://127.0.0.1:1", "--token", token, "services")
        assert said.code == 2
        assert "--token: " in said.err
        assert token.removeprefix("vault:") not in said.err or token.startswith("vault:")


def test_a_token_without_a_server_is_wrong_usage() -> None:
    assert "it goes with --server" in _say("--token", TOKEN, "services").err


@pytest.mark.parametrize(
    ("url", "token", "warned"),
    [
        ("http://tickworks.example.org", TOKEN, True),
        ("http://192.0.2.1:8080", TOKEN, True),
        ("http://192.0.2.1:8080", None, False),
        ("https://tickworks.example.org", TOKEN, False),
        ("http://127.0.0.1:8080", TOKEN, False),
        ("http://[::1]:8080", TOKEN, False),
        ("http://localhost", TOKEN, False),
    ],
)
def test_a_token_in_clear_is_warned_of(
    url: str, token: str | None, warned: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    def nobody(*_: object, **__: object) -> socket.socket:
        raise ConnectionRefusedError

    monkeypatch.setattr(socket, "create_connection", nobody)
    said = Elsewhere(url, token).say("services")
    assert ("warning: " in said.err and "in clear" in said.err) == warned


def test_an_address_may_have_a_prefix_and_its_token_is_not_in_its_text() -> None:
    found = address_of("https://proxy.example.org/tickworks/", TOKEN, {})
    assert found == Address("https", "proxy.example.org", 443, "/tickworks", TOKEN)
    assert str(found) == "https://proxy.example.org/tickworks"
    assert TOKEN not in repr(found)


def _say(*words: str, env: dict[str, str] | None = None) -> Said:
    result = CliRunner().invoke(app, words, env=env)
    return Said(result.exit_code, result.stdout, result.stderr)


def _own_certificate(folder: Path) -> ssl.SSLContext:
    """A certificate for 127.0.0.1 that vouches for itself, in ``own.pem``."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.datetime.now(datetime.UTC)
    address = x509.IPAddress(ip_address("127.0.0.1"))
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([address]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    (folder / "own.pem").write_bytes(made.public_bytes(serialization.Encoding.PEM))
    plain = serialization.NoEncryption()
    encoding, shape = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8
    (folder / "key.pem").write_bytes(key.private_bytes(encoding, shape, plain))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "own.pem", folder / "key.pem")
    return context
