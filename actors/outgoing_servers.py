"""The connections of one run to the servers that take mail: opened when first needed, used again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from actors.context import Context
from domain.mail.account import MailAccount

if TYPE_CHECKING:
    from backends.smtp import Session


class OpenServers:
    """Sessions by (host, port)."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._sessions: dict[tuple[str, int], Session] = {}

    def session(self, account: MailAccount) -> Session:
        """A signed-in connection to the account's server. Raises SmtpError when there can be none."""
        from backends.smtp import Server, Session

        session = self._sessions.get(account.server)
        if session is not None:
            if session.usable:
                return session
            session.close()
        host, port = account.server
        security: Any = account.security
        password = self._password(account)
        server = Server(host, port, security, account.ca_file, account.user, password, account.timeout)
        self._sessions[account.server] = opened = Session(server, self._context.stopping)
        return opened

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
