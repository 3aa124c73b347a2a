"""An identity provider (OpenID Connect Core 1.0): the code flow with PKCE, and what it says of somebody.

The one module that knows Authlib; it is imported only where a provider is configured. No error here
holds a code, a token or a text of the provider's but its error word.
"""

from __future__ import annotations

import logging
import re
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import httpx2
from authlib.integrations.base_client import OAuthError
from authlib.integrations.httpx_client import OAuth2Client
from authlib.oidc.core import CodeIDToken
from joserfc import jwt
from joserfc.errors import InvalidKeyIdError, JoseError
from joserfc.jwk import KeySet
from joserfc.jws import JWSRegistry

from config.oidc import Oidc, safe_address, stays_here
from config.secrets import SecretError
from web.access.bounded import LONGEST, Bounded, TooLarge
from web.access.oidc_faults import away, not_taken, why, wrong
from web.acts.refusal import Refusal

#: Signatures that need a key of the provider's; never a shared secret, never none.
ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA")
#: How far the provider's clock may be off, in s.
LEEWAY = 60
#: How long what the provider publishes of itself is good for, and a failure to get it, in s.
FRESH, FAILED = 600.0, 5.0
#: Sign-ins that wait for the provider at once: the page has few threads, and others want them.
AT_ONCE = 2
ENDPOINTS = ("authorization_endpoint", "token_endpoint", "jwks_uri")
WORD = re.compile(r"[a-z_]{1,60}")

# Their lines tell of each request, at the level debug with headers.
for _name in ("httpx2", "httpcore2"):
    logging.getLogger(_name).setLevel(logging.WARNING)


@dataclass(frozen=True)
class Person:
    """Whom the provider has signed in; `subject` stays theirs for ever, `name` may change."""

    issuer: str
    subject: str
    name: str
    groups: tuple[str, ...]


@dataclass(frozen=True)
class Proofs:
    """What ties an answer to the browser and the attempt that asked: both are told to nobody else."""

    nonce: str = field(repr=False)
    verifier: str = field(repr=False)


class Provider:
    """One identity provider. All methods raise Refusal with one of the codes

    provider_away (cannot be reached, too slow, an error of its own), provider_wrong (answers what no
    provider should), provider_busy, client_refused, code_refused, token_wrong.
    """

    def __init__(
        self,
        settings: Oidc,
        secret: Callable[[], str],
        *,
        seconds: float = LONGEST,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        """`secret` gives the client's secret, "" for none; it raises SecretError."""
        self._settings = settings
        self._secret = secret
        self._seconds = seconds
        self._monotonic = monotonic
        self._about: dict[str, Any] = {}
        self._about_until = 0.0
        self._failure: tuple[float, Refusal] | None = None
        self._keys: KeySet | None = None
        # Reading the certificates of the machine takes longer than a sign-in.
        self._tls = httpx2.create_ssl_context()
        self._turns = threading.BoundedSemaphore(AT_ONCE)

    def sign_in_address(self, *, state: str, proofs: Proofs, redirect_uri: str) -> str:
        """Where to send the browser."""
        with self._talk(redirect_uri) as client:
            address, _ = client.create_authorization_url(
                self._known(client)["authorization_endpoint"],
                state=state,
                nonce=proofs.nonce,
                code_verifier=proofs.verifier,
            )
        return str(address)

    def person(self, *, code: str, issuer: str, proofs: Proofs, redirect_uri: str, now: float) -> Person:
        """Who stands behind a code; `issuer` is what came along with it (RFC 9207), or ""."""
        with self._talk(redirect_uri) as client:
            about = self._known(client)
            expected = about.get("authorization_response_iss_parameter_supported") is True
            if (issuer or expected) and issuer != self._settings.issuer:
                raise not_taken("it came from another provider")
            token = self._token(client, code, proofs)
            claims = self._claims(client, token, proofs, now)
            claims = {**self._asked_again(client, token, claims), **claims}
        return self._as_person(claims)

    @contextmanager
    def _talk(self, redirect_uri: str) -> Iterator[Any]:
        """A client for some requests, while it is our turn; whatever goes wrong becomes a Refusal."""
        if not self._turns.acquire(timeout=1):
            raise Refusal("provider_busy", "too many sign-ins wait for the identity provider: try again soon")
        try:
            with self._client(redirect_uri) as client:
                yield client
        except httpx2.HTTPStatusError as error:
            raise away(f"answers with status {error.response.status_code}") from None
        except httpx2.TimeoutException:
            raise away("takes too long to answer") from None
        except TooLarge:
            raise wrong("answers far too much") from None
        except (httpx2.HTTPError, httpx2.InvalidURL):
            raise away("cannot be reached") from None
        except SecretError as error:
            raise Refusal("client_refused", f"[oidc] client_secret: {error}") from None
        finally:
            self._turns.release()

    def _client(self, redirect_uri: str) -> Any:
        here = stays_here(urlsplit(self._settings.issuer).hostname or "")
        secret = self._secret()
        methods = self._about.get("token_endpoint_auth_methods_supported")
        posts = isinstance(methods, list) and "client_secret_basic" not in methods
        method = "none" if not secret else "client_secret_post" if posts else "client_secret_basic"
        return OAuth2Client(
            self._settings.client_id,
            secret or None,
            token_endpoint_auth_method=method,
            scope=" ".join(dict.fromkeys(("openid", *self._settings.scopes))),
            redirect_uri=redirect_uri,
            code_challenge_method="S256",
            transport=Bounded(httpx2.HTTPTransport(verify=self._tls, trust_env=not here), self._seconds),
            timeout=self._seconds,
            follow_redirects=False,
            trust_env=not here,
        )

    def _known(self, client: Any) -> dict[str, Any]:
        """What the provider publishes of itself (OpenID Connect Discovery 1.0), asked for now and then."""
        now = self._monotonic()
        if self._about and now < self._about_until:
            return self._about
        if self._failure and now < self._failure[0]:
            raise self._failure[1]
        try:
            about = self._published(client)
        except (httpx2.HTTPError, Refusal) as error:
            refusal = error if isinstance(error, Refusal) else away("cannot be reached")
            self._failure = (now + FAILED, refusal)
            raise
        self._about, self._about_until, self._failure = about, now + FRESH, None
        return about

    def _published(self, client: Any) -> dict[str, Any]:
        address = f"{self._settings.issuer.rstrip('/')}/.well-known/openid-configuration"
        about = _json(client.request("GET", address, withhold_token=True))
        if about.get("issuer") != self._settings.issuer:
            raise wrong("calls itself by another address than [oidc] issuer")
        for name in ENDPOINTS:
            if not isinstance(about.get(name), str) or not safe_address(about[name]):
                raise wrong(f"names no {name.replace('_', ' ')} that is safe to use")
        return about

    def _token(self, client: Any, code: str, proofs: Proofs) -> dict[str, Any]:
        try:
            token = client.fetch_token(
                self._about["token_endpoint"],
                grant_type="authorization_code",
                code=code,
                code_verifier=proofs.verifier,
            )
        except OAuthError as error:
            if error.error in ("invalid_client", "unauthorized_client"):
                raise Refusal(
                    "client_refused",
                    "the identity provider does not know Tickworks: an admin must look at [oidc] client_id "
                    "and client_secret",
                ) from None
            raise Refusal(
                "code_refused", "the identity provider takes this sign-in for used or over: sign in again"
            ) from None
        except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
            raise wrong("answers what is no token") from None
        if not isinstance(token.get("id_token"), str) or not isinstance(token.get("access_token"), str):
            raise wrong("gives no ID token")
        return dict(token)

    def _claims(self, client: Any, token: dict[str, Any], proofs: Proofs, now: float) -> dict[str, Any]:
        """What the ID token says, once it is proven (OpenID Connect Core 1.0, 3.1.3.7)."""
        options = {
            "iss": {"essential": True, "value": self._settings.issuer},
            "aud": {"essential": True, "value": self._settings.client_id},
        }
        params = {
            "nonce": proofs.nonce,
            "client_id": self._settings.client_id,
            "access_token": token["access_token"],
        }
        try:
            signed = self._opened(client, token["id_token"])
            claims = CodeIDToken(signed.claims, signed.header, options, params)
            claims.validate(now=int(now), leeway=LEEWAY)
        except JoseError as error:
            raise not_taken(why(error.error, getattr(error, "claim", None))) from None
        except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
            raise not_taken("it is not well formed") from None
        return dict(claims)

    def _opened(self, client: Any, text: str) -> Any:
        """The token with its signature checked; keys that are not known yet are asked for once."""
        registry = JWSRegistry(algorithms=list(ALGORITHMS), strict_check_header=False)
        if self._keys is not None:
            try:
                return jwt.decode(text, self._keys, registry=registry)
            except (InvalidKeyIdError, JoseError, ValueError):
                pass  # a key that was replaced, perhaps under the same name: the new ones decide
        found: Any = _json(client.request("GET", self._about["jwks_uri"], withhold_token=True))
        try:
            keys = KeySet.import_key_set(found)
        except (JoseError, ValueError, TypeError, KeyError, AttributeError):
            raise wrong("publishes no keys that can be used") from None
        self._keys = keys
        return jwt.decode(text, keys, registry=registry)

    def _asked_again(self, client: Any, token: dict[str, Any], claims: dict[str, Any]) -> dict[str, Any]:
        """What userinfo says besides, if the ID token leaves something out."""
        wanted = (self._settings.groups_claim, self._settings.name_claim)
        address = self._about.get("userinfo_endpoint")
        if all(name in claims for name in wanted) or not isinstance(address, str):
            return {}
        if not safe_address(address):
            raise wrong("names no userinfo endpoint that is safe to use")
        bearer = {"authorization": f"Bearer {token['access_token']}"}
        said = _json(client.request("GET", address, withhold_token=True, headers=bearer))
        if said.get("sub") != claims["sub"]:
            raise not_taken("userinfo speaks of somebody else")
        return said

    def _as_person(self, claims: dict[str, Any]) -> Person:
        subject, name = claims.get("sub"), claims.get(self._settings.name_claim)
        if not isinstance(subject, str) or not 0 < len(subject) <= 255:
            raise wrong("does not say who signed in")
        groups = claims.get(self._settings.groups_claim, ())
        listed = [groups] if isinstance(groups, str) else groups if isinstance(groups, list | tuple) else []
        return Person(
            self._settings.issuer,
            subject,
            name if isinstance(name, str) else "",
            tuple(group for group in listed if isinstance(group, str)),
        )


def _json(answer: Any) -> dict[str, Any]:
    answer.raise_for_status()
    if answer.status_code != 200:
        raise away(f"answers with status {answer.status_code}")
    try:
        found = answer.json()
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, dict):
        raise wrong("answers what is no JSON object")
    return found
