"""A real OpenID provider of the tests' own: the certified npm package oidc-provider, on loopback.

Its exact versions are in `idp/package-lock.json`; they are installed once, into `.venv/idp`.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urljoin

import httpx2
import pytest

from tests.support.http_fault_proxy import HttpFaultProxy
from tests.support.process import ServerFailed, end, free_port, start, wait_until

SOURCE = Path(__file__).parent / "idp"
INSTALLED = Path(__file__).parents[2] / ".venv" / "idp"
FILES = ("package.json", "package-lock.json", "provider.mjs")
CLIENT, SECRET = "tickworks", "a-client-secret-of-the-tests"
CALLBACK = "http://127.0.0.1/sign-in/oidc/callback"
_STARTS = 3


@contextmanager
def identity_provider() -> Iterator[IdentityProvider]:
    """A provider that sends browsers back to Tickworks on any loopback port, until the block ends."""
    folder = _installed()
    provider = IdentityProvider(folder)
    try:
        provider.start()
        yield provider
    finally:
        provider.remove()


class IdentityProvider:
    """`issuer` is its address. Its users have no passwords: whoever gives a name is that user."""

    def __init__(self, folder: Path) -> None:
        self._program = folder / "provider.mjs"
        self._folder = Path(tempfile.mkdtemp(prefix="tickworks-idp-"))
        self._process: subprocess.Popen[bytes] | None = None
        self.log = self._folder / "output.log"
        self._port = 0
        #: Everybody reaches the provider through it.
        self.proxy = HttpFaultProxy()

    @property
    def issuer(self) -> str:
        return self.proxy.address

    def start(self) -> None:
        """Start it on a free port and wait until it serves. Raises ServerFailed."""
        for attempt in range(1, _STARTS + 1):
            self.proxy.target = self._port = free_port()
            try:
                self._start()
                return
            except ServerFailed:
                if attempt == _STARTS:
                    raise

    def remove(self) -> None:
        """Stop it for good and delete all it has."""
        if self._process is not None:
            end(self._process)
        self.proxy.close()
        shutil.rmtree(self._folder, ignore_errors=True)

    def reset(self) -> None:
        """As it was at its start, with another key, and no faults."""
        self.proxy.faults.clear()
        self._change("reset")

    def rotate(self) -> None:
        """Sign with another key from now on; the old one is not published any more."""
        self._change("rotate")

    def claims_in_id_token(self, there: bool) -> None:
        """Put name and groups into the ID token, or leave them to userinfo, as the standard has it."""
        self._change("claims", conform="0" if there else "1")

    def groups(self, name: str, *groups: str) -> None:
        """Change somebody's groups."""
        self._change("groups", name=name, group=list(groups))

    def sign_in(self, address: str, name: str | None) -> str:
        """What a browser does that was sent to `address`: give a name (None: cancel). Where it is sent."""
        with httpx2.Client(trust_env=False) as browser:
            answer = browser.get(address)
            while answer.is_redirect:
                where = urljoin(str(answer.url), answer.headers["location"])
                if not where.startswith(self.issuer):
                    return where
                answer = browser.get(where)
                if "Who are you?" in answer.text:
                    answer = browser.post(
                        answer.url, data={"refuse": "1"} if name is None else {"name": name}
                    )
        raise AssertionError(
            f"the provider stopped at {re.sub(r'[?].*', '', str(answer.url))}: {answer.text[:500]}"
        )

    def _change(self, what: str, **values: str | list[str]) -> None:
        httpx2.post(
            f"http://127.0.0.1:{self._port}/test/{what}", data=values, trust_env=False
        ).raise_for_status()

    def _start(self) -> None:
        node = shutil.which("node")
        assert node is not None
        command = [node, str(self._program), str(self._port), self.issuer, CALLBACK]
        self._process = start(command, log=self.log)
        wait_until(lambda: b"ready" in self.log.read_bytes(), self._process, self.log)


def _installed() -> Path:
    """The folder with program and packages; skips by name without Node, which CI does not allow."""
    missing = [name for name in ("node", "npm", "setpriv") if shutil.which(name) is None]
    if missing:
        _not_here(f"no {' and '.join(missing)}: apt-get install nodejs npm util-linux")
    INSTALLED.mkdir(parents=True, exist_ok=True)
    stamp = INSTALLED / "installed"
    with (INSTALLED / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        digest = hashlib.sha256(b"".join((SOURCE / name).read_bytes() for name in FILES)).hexdigest()
        if stamp.exists() and stamp.read_text() == digest:
            return INSTALLED
        for name in FILES:
            shutil.copy(SOURCE / name, INSTALLED / name)
        command = ["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund"]
        done = subprocess.run(command, cwd=INSTALLED, capture_output=True, text=True, timeout=150)
        if done.returncode:
            _not_here(f"npm cannot install the identity provider: {done.stderr.strip()[-300:]}")
        stamp.write_text(digest)
    return INSTALLED


def _not_here(said: str) -> None:
    (pytest.fail if os.environ.get("CI") == "true" else pytest.skip)(said)
