"""The registrar that an object describes, and trying to talk to it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from backends.error import BackendError
from backends.http.fetch import Limits, check, fetch, place
from backends.registrar import rdap, route53
from backends.registrar.epp import Epp
from backends.registrar.epp_session import EppServer
from backends.registrar.rdap import Rdap
from backends.registrar.registrar import Registrar
from backends.registrar.route53 import Route53Domains
from backends.registrar.sigv4 import Credentials

EPP_PORT = 700
#: Seconds that somebody waits for an answer.
TIMEOUT = 10.0


def opened(found: Mapping[str, Any], secret: Callable[[str], str], timeout: float = 30.0) -> Registrar:
    """The adapter to a registrar object. To be closed. Raises BackendError, and what `secret` raises.

    Its ``settings``: of Route 53 ``region``, of EPP ``certificate`` (a PEM file with our own).
    """
    password = secret(found["password"]) if found["password"] else ""
    settings: Mapping[str, Any] = found["settings"]
    match found["protocol"]:
        case "epp":
            return Epp(
                EppServer(
                    found["host"],
                    found["port"] or EPP_PORT,
                    found["username"],
                    password,
                    found["ca_file"],
                    str(settings.get("certificate", "")),
                    min(timeout, 10.0),
                    timeout,
                )
            )
        case "rdap":
            return Rdap(found["address"], limits=_within(rdap.LIMITS, found, timeout))
        case "route53":
            region = str(settings.get("region", "us-east-1"))
            return Route53Domains(
                found["address"],
                Credentials(found["username"], password, region),
                limits=_within(route53.LIMITS, found, timeout),
            )
    raise BackendError("invalid", f"registrar {found['name']}: there is no protocol {found['protocol']}")


def try_out(
    found: Mapping[str, Any], secret: Callable[[str], str], timeout: float = TIMEOUT
) -> list[tuple[bool, str]]:
    """What worked and what did not, a line each. Raises what `secret` raises."""
    try:
        registrar = opened(found, secret, timeout)
        try:
            return [(True, _said(found, registrar, timeout))]
        finally:
            registrar.close()
    except BackendError as error:
        return [(False, str(error))]


def _said(found: Mapping[str, Any], registrar: Registrar, timeout: float) -> str:
    who = f"{found['username']}" if found["username"] else "anybody"
    if isinstance(registrar, Epp):
        registrar.poll()
        return f"{found['host']}:{found['port'] or EPP_PORT} takes us as {who}"
    where = place(found["address"])
    if isinstance(registrar, Rdap):
        # RFC 9082 §3.1.6: the one question that needs no name. Not every server has the answer.
        limits = _within(rdap.LIMITS, found, timeout)
        reply = fetch("GET", f"{found['address'].rstrip('/')}/help", limits=limits)
        if reply.status != 404:
            check(reply, where)
        return f"{where} answers"
    first = next(registrar.list(), None)
    return f"{where} takes us as {who}" + ("" if first else "; it has no domain of ours")


def _within(limits: Limits, found: Mapping[str, Any], timeout: float) -> Limits:
    return replace(limits, time_limit=timeout, ca_file=found["ca_file"])
