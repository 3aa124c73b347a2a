"""What is said when an identity provider, or what it sends, is not as it should be."""

from __future__ import annotations

from web.acts.refusal import Refusal

#: By the claim of an ID token that is not as it should be.
CLAIMS = {
    "nonce": "it was made for another sign-in",
    "aud": "it was made for another application",
    "azp": "it was made for another application",
    "iss": "it came from another provider",
    "exp": "it has expired",
}


def why(error: str, claim: object) -> str:
    """Why a token is not taken, from the library's word for it and the claim, if it was about one."""
    if error == "expired_token":
        return CLAIMS["exp"]
    if isinstance(claim, str):
        return CLAIMS.get(claim, "it is not well formed")
    return "its signature is wrong"


def away(what: str) -> Refusal:
    """It cannot be reached, is too slow, or has an error of its own."""
    return Refusal(
        "provider_away", f"the identity provider {what}: try again, or sign in with a local password"
    )


def wrong(what: str) -> Refusal:
    """It answers what no provider should."""
    return Refusal("provider_wrong", f"the identity provider {what}: an admin must look at it")


def not_taken(what: str) -> Refusal:
    """It answers with a token that proves nothing here."""
    return Refusal("token_wrong", f"the identity provider's answer is not taken: {what}; sign in again")
