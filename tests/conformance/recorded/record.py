"""What a release's database and messages look like, written down.

Run ``python -m tests.conformance.recorded.record`` when a release is made; the tests hold the next
one against it.
"""

from __future__ import annotations

import json
import tempfile
from pathlib import Path

from broker.publish import message_for
from coordinator.grants import RunMessage
from node.prepare import release
from store import database, migrate

FOLDER = Path(__file__).parent


def tables() -> dict[str, dict[str, bool]]:
    """{table: {column: whether an INSERT must give it}} of the open SQLite database."""
    named = "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY name"
    return {
        table: {
            name: bool(not_null) and default is None and not key
            for _, name, _, not_null, default, key in database.read().all(f"PRAGMA table_info({table})")
        }
        for (table,) in database.read().all(named)
    }


def run_messages() -> list[dict[str, str]]:
    """A run message to all nodes of its roles, and one to a single node."""
    runs = (RunMessage(7, 70, "mail", "", "processing master"), RunMessage(8, 80, "mail", "n2", "master"))
    return [
        {"queue": message.queue_name, "body": message.encode().decode()} for message in map(message_for, runs)
    ]


def main() -> None:
    """Record the installed release."""
    with tempfile.TemporaryDirectory() as folder:
        database.open(f"sqlite:///{folder}/t.db")
        scripts = migrate.up()
        found = {"scripts": scripts, "tables": tables(), "run_messages": run_messages()}
        database.close()
    (FOLDER / f"{release()}.json").write_text(json.dumps(found, indent=1, sort_keys=True) + "\n")


if __name__ == "__main__":
    main()
