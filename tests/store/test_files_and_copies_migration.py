"""Are small files of tickets, which the database had, still there after the update?"""

from __future__ import annotations

from importlib import import_module
from typing import Any

from domain.mail_in.files import File
from store import database
from store.helpdesk import file, message, ticket
from store.helpdesk.message import Message
from store.tx import Tx

OLD = """CREATE TABLE ticket_attachment (id BIGINT, message_id BIGINT, name TEXT, media_type TEXT,
                                         size BIGINT, sha256 TEXT, content {bytes}, reference TEXT)"""


def test_small_files_are_taken_over_and_new_ones_get_new_numbers(engine_database: str) -> None:
    values = {"subject": "s", "requester": "", "requester_name": ""}

    def before(tx: Tx) -> None:
        number = ticket.create(tx, values, 1.0)
        message.add(tx, Message(number, "in", "Kim", "x", 1.0))

    database.write(before)
    script = import_module("store.migrations.0027_files_and_copies")
    kind = "postgresql" if database.url().startswith("postgresql") else "sqlite"
    db: Any = database.peewee_database()
    for sql in (
        "DROP TABLE ticket_file_part",
        "DROP TABLE ticket_file",
        "DROP INDEX backup_object_name",
        "DROP INDEX backup_object_remote",
        "ALTER TABLE backup_object DROP COLUMN name",
        OLD.replace("{bytes}", script.WORDS[kind]["{bytes}"]),
    ):
        db.execute_sql(sql)
    old = """INSERT INTO ticket_attachment
             SELECT 7, id, 'a.txt', 'text/plain', 2, 'sum', CAST(? AS {bytes}), NULL FROM ticket_message"""
    old = old.replace("{bytes}", script.WORDS[kind]["{bytes}"])
    database.write(lambda tx: tx.run(old, (b"\xff\0",)))
    script.up(None, db)
    tx = database.read()
    (found,) = message.of_ticket(tx, 1)
    assert [each["id"] for each in found["files"]] == [7]
    assert file.part(tx, 7, 0) == b"\xff\0"
    database.write(lambda tx: file.add(tx, found["id"], (File("b", "text/plain", b"y"),)))
    assert [each["id"] for each in file.of_messages(database.read(), [found["id"]])] == [7, 8]
