"""The public HTTP API, asked at whichever node answers."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from collections.abc import Sequence
from typing import Any

_SECONDS = 5.0
_PAGE = 1000


class Away(Exception):
    """No node answers, or none can do what is asked right now: try again later."""


class Api:
    """`addresses`: of the web pages of all nodes."""

    def __init__(self, addresses: Sequence[str], token: str) -> None:
        self.addresses = list(addresses)
        self.token = token

    def get(self, path: str) -> Any:
        """The answer of the first that gives one; ``path`` begins after ``/api/v1/``. Raises Away."""
        return self._ask(path, None, None)

    def force(self, service: str, args: dict[str, Any], key: str) -> list[int]:
        """Ask for a run; the ids of those that were accepted. Raises Away: it may have been accepted."""
        answer = self._ask(f"services/{service}/runs", {"args": args}, key)
        return [int(run["id"]) for run in answer["runs"]]

    def runs(self, query: str = "") -> list[dict[str, Any]]:
        """All runs, the newest first; ``query`` such as ``&state=queued``. Raises Away."""
        found: list[dict[str, Any]] = []
        cursor = ""
        while True:
            page = self.get(f"runs?limit={_PAGE}{query}{cursor}")
            found += page["runs"]
            if page["next"] is None:
                return found
            cursor = f"&cursor={page['next']}"

    def _ask(self, path: str, body: Any, key: str | None) -> Any:
        met = []
        for address in self.addresses:
            request = urllib.request.Request(
                f"{address}/api/v1/{path}",
                data=None if body is None else json.dumps(body).encode(),
                headers={"authorization": f"Bearer {self.token}", "content-type": "application/json"},
            )
            if key is not None:
                request.add_header("Idempotency-Key", key)
            try:
                with urllib.request.urlopen(request, timeout=_SECONDS) as answer:
                    return json.load(answer)
            except urllib.error.HTTPError as error:
                with error:
                    text = error.read().decode(errors="replace")[:500]
                if error.code < 500:
                    raise AssertionError(f"{path}: the API refuses with {error.code}: {text}") from None
                met.append(f"{address}: {error.code} {text}")
            except (OSError, ValueError) as error:  # also what http.client makes of half an answer
                met.append(f"{address}: {error}")
            except Exception as error:
                met.append(f"{address}: {type(error).__name__} {error}")
        raise Away("; ".join(met))
