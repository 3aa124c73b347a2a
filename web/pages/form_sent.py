"""A form whose fields are not known beforehand, for handlers that are plain functions."""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends, Request
from starlette.datastructures import FormData


async def _read(request: Request) -> FormData:
    return await request.form(max_files=0, max_fields=5_000)


#: A parameter of a handler: the fields of the form that was sent.
Sent = Annotated[FormData, Depends(_read)]
