"""Sealed secrets over HTTP: their names can be read, their values only written."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Response
from pydantic import BaseModel, ConfigDict, Field, SecretStr

from store import database
from web.access.guard import Admin
from web.acts.secrets import Secrets
from web.here import Here
from web.shown import secrets

router = APIRouter(prefix="/api/v1")


class Sealing(BaseModel):
    """What is to be sealed."""

    model_config = ConfigDict(extra="forbid")
    value: SecretStr
    reason: Annotated[str | None, Field(max_length=500)] = None


@router.get("/secrets")
def list_secrets(site: Here, who: Admin) -> dict[str, Any]:
    """Names, when they were set and by whom, as `tickworks secret list --json`."""
    return {"secrets": secrets.listing(site.settings, database.read())}


@router.put("/secrets/{name}", status_code=204, responses={201: {"description": "There was none before"}})
def set_secret(name: str, body: Sealing, site: Here, who: Admin) -> Response:
    """Seal a secret; 201 if there was none of this name, else 204. Nothing is ever sent back."""
    new = Secrets(site, by=who.name, reason=body.reason).set(name, body.value.get_secret_value())
    return Response(status_code=201 if new else 204)


@router.delete("/secrets/{name}", status_code=204)
def remove_secret(name: str, site: Here, who: Admin) -> Response:
    """Take a secret away; refused while a setting refers to it."""
    Secrets(site, by=who.name).remove(name)
    return Response(status_code=204)
