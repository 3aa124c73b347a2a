"""A real SMTP server of the tests' own (aiosmtpd), in a process of its own, that fills a Maildir."""

from __future__ import annotations

import argparse
import email
import email.policy
import mailbox
import os
import socket
import ssl
import subprocess
import sys
import threading
from email.message import EmailMessage
from pathlib import Path

from tests.support.process import end, free_port, start, wait_until

USER, PASSWORD = "tickworks", "p4ss-word"
ROOT = Path(__file__).parents[2]


class MailServer:
    """Listens on a loopback port; `security` as in ``[mail]``; `sign_in` asks for USER and PASSWORD."""

    def __init__(self, folder: Path, security: str = "none", sign_in: bool = False) -> None:
        self.folder = folder
        self.security = security
        self.ca_file = certificate(folder) if security != "none" else None
        self.port = free_port()
        self._log = folder / "mail_server.log"
        options = ["--port", str(self.port), "--maildir", str(folder / "Maildir"), "--security", security]
        if self.ca_file is not None:
            options += ["--certificate", str(self.ca_file)]
        self._command = [sys.executable, "-m", __name__, *options, *(["--sign-in"] if sign_in else [])]

    def start(self) -> MailServer:
        env = {**os.environ, "PYTHONPATH": str(ROOT)}
        self._process = start(self._command, log=self._log, env=env)
        wait_until(self._serves, self._process, self._log)
        return self

    def stop(self) -> None:
        end(self._process)

    def mails(self) -> list[EmailMessage]:
        """What is in the mailbox, in the order of their subjects."""
        folder = self.folder / "Maildir" / "new"
        read = [
            email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
            for path in folder.glob("*")
        ]
        return sorted(read, key=lambda mail: str(mail["Subject"]))

    def _serves(self) -> bool:
        with socket.socket() as probe:
            probe.settimeout(2)
            return probe.connect_ex(("127.0.0.1", self.port)) == 0


def certificate(folder: Path) -> Path:
    """A new self-signed certificate for ``localhost``, with its key in the same file."""
    path = folder / "server.pem"
    subject = ["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost"]
    new = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", *subject]
    subprocess.run([*new, "-keyout", str(path) + ".key", "-out", str(path)], check=True, capture_output=True)
    path.write_text(path.read_text() + Path(str(path) + ".key").read_text())
    return path


def main() -> None:
    """Serve until killed."""
    from aiosmtpd.controller import Controller
    from aiosmtpd.handlers import Mailbox
    from aiosmtpd.smtp import AuthResult, LoginPassword

    parser = argparse.ArgumentParser()
    for name in ("--port", "--maildir", "--security", "--certificate"):
        parser.add_argument(name)
    parser.add_argument("--sign-in", action="store_true")
    given = parser.parse_args()

    def known(server: object, session: object, envelope: object, how: str, who: object) -> AuthResult:
        right = isinstance(who, LoginPassword) and (who.login, who.password) == (
            USER.encode(),
            PASSWORD.encode(),
        )
        return AuthResult(success=right, handled=False)

    context = None
    if given.certificate:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(given.certificate)
    mailbox.Maildir(given.maildir).close()
    controller = Controller(
        Mailbox(given.maildir),
        hostname="127.0.0.1",
        port=int(given.port),
        ssl_context=context if given.security == "tls" else None,
        tls_context=context if given.security == "starttls" else None,
        require_starttls=given.security == "starttls",
        authenticator=known if given.sign_in else None,
        auth_required=given.sign_in,
        auth_require_tls=given.security == "starttls",
    )
    controller.start()
    threading.Event().wait()


if __name__ == "__main__":
    main()
