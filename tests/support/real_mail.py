"""A real mail server of the tests' own: Postfix takes mail in, Dovecot keeps the mailboxes (IMAP).

Both run on free loopback ports, in a temporary folder with their own configuration, queue and data.
Postfix wants TLS and a sign-in, which it has checked by Dovecot; what it takes it hands over by LMTP.
"""

from __future__ import annotations

import email
import email.policy
import imaplib
import json
import os
import shutil
import signal
import smtplib
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from email.message import EmailMessage
from pathlib import Path

import pytest

from tests.support import real_mail_settings as settings
from tests.support.process import ServerFailed, end, free_port, require, start, wait_until
from tests.support.until import until

#: The mailboxes ``NAME@example.org``; each may also sign in to hand mail in.
USERS = ("ann", "bob", "tickworks")
PASSWORD = "p4ss-word"

_STARTS = 3
_POSTFIX = Path("/usr/lib/postfix/sbin/master")
_DOVECOT = Path("/usr/sbin/dovecot")
#: Postfix changes its user for a moment, and the kernel then forgets whom it should die with: the
#: shell does not, and passes the signal on.
_PASSES_ON = 'trap "kill -TERM \\$child" TERM; "$@" & child=$!; wait $child; wait $child'


@contextmanager
def real_mail() -> Iterator[RealMail]:
    """Both servers until the block ends; the test is skipped by name where they cannot be."""
    require_real_mail()
    server = RealMail()
    try:
        server.start()
        yield server
    finally:
        server.remove()


def require_real_mail() -> None:
    """Skip the test by name where the servers cannot be; in CI fail instead."""
    installed = all(path.exists() for path in (_POSTFIX, _DOVECOT, Path("/usr/lib/dovecot/lmtp")))
    require(installed, "a mail server", "postfix dovecot-imapd dovecot-lmtpd dovecot-pop3d")
    if os.geteuid() != 0:
        (pytest.fail if os.environ.get("CI") == "true" else pytest.skip)("Postfix starts as root only")


class RealMail:
    """`port` takes mail with STARTTLS, `tls_port` with TLS from the start; `ca_file` vouches for both."""

    def __init__(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="tickworks-mail-"))
        self.folder.chmod(0o755)  # their processes have users of their own
        self.ca_file = settings.certificates(self.folder)
        self.log = self.folder / "output.log"
        self.port = self.tls_port = self.imap_port = self.pop3_port = self.lmtp_port = 0
        self._postfix: subprocess.Popen[bytes] | None = None
        self._dovecot: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start both, on new ports the first time, and wait until they serve. Raises ServerFailed."""
        for attempt in range(1, _STARTS + 1):
            if not self.port or attempt > 1:
                self._configure()
            try:
                self._start_dovecot()
                self.start_postfix()
                return
            except ServerFailed:
                self._end()
                if attempt == _STARTS:
                    raise

    def start_postfix(self) -> None:
        """Start it, again on the same ports, with what is in its queue."""
        postfix = ["postfix", "-c", str(self.folder / "postfix")]
        subprocess.run([*postfix, "check"], check=True, capture_output=True)
        command = [str(_POSTFIX), "-c", str(self.folder / "postfix"), "-d"]
        self._postfix = process = start(
            ["sh", "-c", _PASSES_ON, "sh", *command], log=self.log, parent_death="TERM"
        )
        wait_until(lambda: _greets(self.port, b"220"), process, self.log)

    def stop_postfix(self) -> None:
        """An orderly stop; nobody listens on its ports afterwards."""
        if self._postfix is not None:
            end(self._postfix, how=signal.SIGTERM)

    def remove(self) -> None:
        """Stop both for good and delete all they have."""
        self._end()
        shutil.rmtree(self.folder, ignore_errors=True)

    def answers(self, recipient: str, said: str | None) -> None:
        """From the next connection on, say this (``450 4.2.0 come later``) to a recipient; None: nothing."""
        (self.folder / "postfix" / "access").write_text(f"{recipient} {said}\n" if said else "")

    def arrived(self, user: str, count: int = 1) -> list[EmailMessage]:
        """The mails of a mailbox, once it has at least `count` and nothing is under way to it."""
        until(lambda: len(self._mailbox(user)) >= count, f"{count} mails are in the mailbox of {user}")
        until(lambda: not self.queued(), "Postfix has delivered everything")
        return self._mailbox(user)

    def queued(self) -> list[str]:
        """The recipients of what Postfix has taken and not delivered."""
        said = subprocess.run(
            ["postqueue", "-c", str(self.folder / "postfix"), "-j"], check=True, capture_output=True
        ).stdout
        mails = [json.loads(line) for line in said.splitlines()]
        return [recipient["address"] for mail in mails for recipient in mail["recipients"]]

    def deliver(self, user: str, *messages: bytes, sender: str = "somebody@example.net") -> None:
        """Put messages into a mailbox as they are, by LMTP; `sender` is the return path."""
        with smtplib.LMTP("127.0.0.1", self.lmtp_port, timeout=20) as link:
            for each in messages:
                link.sendmail(sender, [f"{user}@example.org"], each)

    def empty(self) -> None:
        """Delete what is in the mailboxes."""
        for user in USERS:
            with self._imap(user) as mailbox:
                for number in mailbox.search(None, "ALL")[1][0].split():
                    mailbox.store(number, "+FLAGS", "\\Deleted")
                mailbox.expunge()

    def sign_ins_refused(self) -> int:
        """How many sign-ins Postfix has refused so far."""
        return (self.folder / "postfix.log").read_text().count(" authentication failed")

    def _mailbox(self, user: str) -> list[EmailMessage]:
        with self._imap(user) as mailbox:
            _, found = mailbox.search(None, "ALL")
            read = [mailbox.fetch(number, "(BODY.PEEK[])")[1][0] for number in found[0].split()]
        return [
            email.message_from_bytes(each[1], policy=email.policy.default)
            for each in read
            if isinstance(each, tuple)
        ]

    def _imap(self, user: str) -> imaplib.IMAP4:
        mailbox = imaplib.IMAP4("127.0.0.1", self.imap_port, timeout=20)
        mailbox.login(user, PASSWORD)
        mailbox.select("INBOX")
        return mailbox

    def _configure(self) -> None:
        ports = settings.Ports(*(free_port() for _ in settings.Ports._fields))
        self.port, self.tls_port = ports.smtp, ports.smtps
        self.imap_port, self.pop3_port, self.lmtp_port = ports.imap, ports.pop3, ports.lmtp
        settings.write_dovecot(self.folder, ports, USERS, PASSWORD)
        settings.write_postfix(self.folder, ports, USERS)

    def _start_dovecot(self) -> None:
        command = [str(_DOVECOT), "-F", "-c", str(self.folder / "dovecot" / "dovecot.conf")]
        self._dovecot = process = start(command, log=self.log, parent_death="TERM")
        wait_until(lambda: _greets(self.imap_port, b"* OK"), process, self.log)

    def _end(self) -> None:
        for process in (self._postfix, self._dovecot):
            if process is not None:
                end(process, how=signal.SIGTERM)


def _greets(port: int, greeting: bytes) -> bool:
    """Whether a server behind the port says who it is."""
    try:
        with socket.create_connection(("127.0.0.1", port), 5) as connection:
            return connection.recv(100).startswith(greeting)
    except OSError:
        return False
