"""The connections of one run to the servers that take mail: opened when first needed, used again."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from actors.context import Context
from domain.mail.account import MailAccount

if TYPE_CHECKING:
    from backends.smtp import Session, Taken


class OpenServers:
    """Sessions by connection, and those that have stood idle: their server may have closed them."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._sessions: dict[tuple[object, ...], Session] = {}
        self._idle: set[tuple[object, ...]] = set()

    def session(self, account: MailAccount) -> Session:
        """A signed-in connection to the account's server. Raises SmtpError when there can be none."""
        from backends.smtp import Server, Session

        session = self._sessions.get(account.connection)
        if session is not None:
            if session.usable:
                return session
            session.close()
        host, port = account.server
        security: Any = account.security
        password = self._password(account)
        server = Server(host, port, security, account.ca_file, account.user, password, account.timeout)
        self._sessions[account.connection] = opened = Session(server, self._context.stopping)
        self._idle.discard(account.connection)
        return opened

    def stands_idle(self, account: MailAccount) -> None:
        """Nothing goes over the account's connection for a while."""
        self._idle.add(account.connection)

    def send(self, account: MailAccount, sender: str, recipients: Sequence[str], message: bytes) -> Taken:
        """Hand in one message, over a new connection where the idle one was closed. Raises SmtpError.

        Servers close what is idle, and at a restart: that says nothing of the message, which was not sent.
        """
        from backends.smtp import SmtpError

        session = self.session(account)
        stood_idle = account.connection in self._idle
        self._idle.add(account.connection)
        try:
            return session.send(sender, recipients, message)
        except SmtpError as error:
            not_sent = error.kind in ("unreachable", "throttled") and not error.refused
            if session.usable or not (not_sent and stood_idle) or self._context.stopping():
                raise
        return self.session(account).send(sender, recipients, message)

    def close(self) -> None:
        """End all of them."""
        for session in self._sessions.values():
            session.close()

    def _password(self, account: MailAccount) -> str:
        from backends.smtp import SmtpError
        from config.secrets import SecretError

        if not account.password:
            return ""
        try:
            return self._context.secret(account.password)
        except (SecretError, LookupError) as error:
            raise SmtpError("auth", f"mail.password: {error}") from None
