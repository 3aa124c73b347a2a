"""A foreign registrar of the tests' own: moto's Route 53 Domains, on loopback, which checks signatures.

Its exact versions are in `moto/requirements.txt`; they are installed once, into `.venv/moto`.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlencode

import httpx

from backends.registrar.sigv4 import Credentials, signed
from tests.support.pip_packages import installed
from tests.support.process import ServerFailed, end, free_port, start, wait_until

SOURCE = Path(__file__).parent / "moto"
#: Requests that make our user: from the next one on, every signature is checked.
_UNCHECKED = 3
_STARTS = 3
_CONTACT = {
    "FirstName": "Ada",
    "LastName": "Example",
    "ContactType": "COMPANY",
    "OrganizationName": "Example Ltd",
    "AddressLine1": "Main Street 1",
    "City": "Berlin",
    "CountryCode": "DE",
    "ZipCode": "10115",
    "PhoneNumber": "+49.301234567",
    "Email": "ada@example.org",
}


@contextmanager
def real_moto() -> Iterator[RealMoto]:
    """The server until the block ends, with an account of ours that has no domains yet."""
    server = RealMoto(installed(SOURCE) / "moto_server")
    try:
        server.start()
        yield server
    finally:
        server.remove()


class RealMoto:
    """`url` is its address; `credentials` are those of a user who may do everything."""

    def __init__(self, program: Path) -> None:
        self._program = program
        self._folder = Path(tempfile.mkdtemp(prefix="tickworks-moto-"))
        self.log = self._folder / "output.log"
        self.port = 0
        self.credentials: Credentials
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        """Start it on a free port and make our user. Raises ServerFailed."""
        for attempt in range(1, _STARTS + 1):
            self.port = free_port()
            try:
                self._start()
                break
            except ServerFailed:
                if attempt == _STARTS:
                    raise
        self._make_user()

    def register(self, name: str, years: int = 2) -> None:
        """Register a domain for us."""
        contacts = {f"{role}Contact": _CONTACT for role in ("Admin", "Registrant", "Tech")}
        asked = {"DomainName": name, "DurationInYears": years, "AutoRenew": True, **contacts}
        body = json.dumps(asked).encode()
        headers = {
            "content-type": "application/x-amz-json-1.1",
            "x-amz-target": "Route53Domains_v20140515.RegisterDomain",
        }
        self._post(headers, body, self.credentials)

    def remove(self) -> None:
        """Stop it for good and delete all it has."""
        if self._process is not None:
            end(self._process)
        shutil.rmtree(self._folder, ignore_errors=True)

    def _start(self) -> None:
        env = {**os.environ, "INITIAL_NO_AUTH_ACTION_COUNT": str(_UNCHECKED), "HOME": str(self._folder)}
        command = [str(self._program), "-H", "127.0.0.1", "-p", str(self.port)]
        self._process = start(command, log=self.log, env=env)
        wait_until(self._serves, self._process, self.log)

    def _serves(self) -> bool:
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", self.port)) == 0

    def _make_user(self) -> None:
        anybody = Credentials("nobody", "nothing", service="iam")
        policy = {"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}}
        self._iam(anybody, Action="CreateUser", UserName="tests")
        self._iam(
            anybody,
            Action="PutUserPolicy",
            UserName="tests",
            PolicyName="all",
            PolicyDocument=json.dumps(policy),
        )
        said = self._iam(anybody, Action="CreateAccessKey", UserName="tests")
        key, secret = (re.search(f"<{tag}>(.*?)</{tag}>", said) for tag in ("AccessKeyId", "SecretAccessKey"))
        assert key is not None
        assert secret is not None
        self.credentials = Credentials(key[1], secret[1])

    def _iam(self, who: Credentials, **asked: str) -> str:
        headers = {"content-type": "application/x-www-form-urlencoded"}
        return self._post(headers, urlencode({"Version": "2010-05-08", **asked}).encode(), who)

    def _post(self, headers: dict[str, str], body: bytes, who: Credentials) -> str:
        sent = signed("POST", self.url + "/", headers, body, who, datetime.now(UTC))
        answer = httpx.post(self.url + "/", content=body, headers=sent, trust_env=False, timeout=60)
        answer.raise_for_status()
        return answer.text
