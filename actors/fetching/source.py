"""A data source as its object says it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from backends.files.opened import PORTS
from backends.files.remote import Server


@dataclass(frozen=True)
class Source:
    """`after`: ``keep``, ``delete`` or ``move`` to `move_to` there; `folder` is ours."""

    id: int
    name: str
    protocol: str
    server: Server
    mask: str
    finished_after: float
    after: str
    move_to: str
    folder: Path

    @classmethod
    def of(cls, row: Mapping[str, Any], data: Path, secret: Callable[[str], str]) -> Source:
        """From the row of the object; raises SecretError for a secret that cannot be followed."""
        save_to = row["save_to"] or f"calls/{row['name']}"
        return cls(
            id=row["id"],
            name=row["name"],
            protocol=row["protocol"],
            server=server_of(row, secret),
            mask=row["mask"],
            finished_after=float(row["finished_after"]),
            after=row["after"],
            move_to=row["move_to"],
            folder=data / save_to,
        )


def server_of(row: Mapping[str, Any], secret: Callable[[str], str]) -> Server:
    """Where its files lie."""
    return Server(
        host=row["host"],
        port=row["port"] or PORTS[row["protocol"]],
        user=row["username"],
        folder=row["folder"],
        password=secret(row["password"]) if row["password"] else "",
        private_key=secret(row["private_key"]) if row["private_key"] else "",
        host_key=row["host_key"],
        ca_file=row["ca_file"],
    )


def try_connection(found: Mapping[str, Any], secret: Callable[[str], str]) -> list[tuple[bool, str]]:
    """*Test connection* of the object: sign in and look into the folder."""
    from backends.error import BackendError
    from backends.files.folder import is_wanted
    from backends.files.opened import remote

    server = server_of(found, secret)
    try:
        with remote(found["protocol"], server) as there:
            files = list(
                there.listed(
                    lambda name: is_wanted(name, found["mask"]), lambda found: dict.fromkeys(dict(found), 0)
                )
            )
    except BackendError as error:
        return [(False, str(error))]
    return [(True, f"{server} lets {server.user} in"), (True, f"{len(files)} files there fit the mask")]
