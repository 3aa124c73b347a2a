"""The helpdesk: departments, mail rules, tickets with their messages and files, and mails that were seen.

A ticket's number is its id. `secret` is what its reply tokens are made with. A ticket is `unconfirmed`
while its requester has not answered a challenge. `mail_seen` says of each mail of an account what became
of it, so that a mail is never taken twice: `identity` is a hash of Message-ID, sender and date, `sha256`
one of its content. A message with `mail_key` is in the outbox under it. A small attachment is in
`content`, a larger one in the file `reference` below the site's attachments folder. `mail` gets header
fields of its own. Times are UTC epoch seconds.
"""

from __future__ import annotations

OWN = """revision BIGINT NOT NULL DEFAULT 1,
    sample BOOLEAN NOT NULL DEFAULT FALSE,
    created_at DOUBLE PRECISION NOT NULL,
    changed_at DOUBLE PRECISION NOT NULL,
    archived_at DOUBLE PRECISION"""

TABLES = """
ALTER TABLE mail ADD COLUMN headers TEXT NOT NULL DEFAULT '[]';

CREATE TABLE department (
    id {id},
    name TEXT NOT NULL,
    organisation_id BIGINT REFERENCES organisation (id),
    sender TEXT NOT NULL,
    members TEXT NOT NULL,
    enabled BOOLEAN NOT NULL,
    note TEXT NOT NULL,
    {own}
);
CREATE UNIQUE INDEX department_key ON department (LOWER(name)) WHERE archived_at IS NULL;
CREATE INDEX department_organisation ON department (organisation_id) WHERE archived_at IS NULL;

CREATE TABLE mail_rule (
    id {id},
    name TEXT NOT NULL,
    account_id BIGINT REFERENCES mail_account (id),
    place INTEGER NOT NULL,
    field TEXT NOT NULL,
    test TEXT NOT NULL,
    text TEXT NOT NULL,
    action TEXT NOT NULL,
    department_id BIGINT REFERENCES department (id),
    priority TEXT NOT NULL,
    enabled BOOLEAN NOT NULL,
    note TEXT NOT NULL,
    {own}
);
CREATE UNIQUE INDEX mail_rule_key ON mail_rule (LOWER(name)) WHERE archived_at IS NULL;
CREATE INDEX mail_rule_account ON mail_rule (account_id) WHERE archived_at IS NULL;
CREATE INDEX mail_rule_department ON mail_rule (department_id) WHERE archived_at IS NULL;

CREATE TABLE ticket (
    id {id},
    organisation_id BIGINT,
    contact_id BIGINT,
    department_id BIGINT,
    subject TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('open', 'waiting', 'closed', 'deleted', 'unconfirmed')),
    priority TEXT NOT NULL CHECK (priority IN ('low', 'normal', 'high', 'urgent')),
    assigned_to BIGINT,
    requester TEXT NOT NULL,
    requester_name TEXT NOT NULL,
    secret TEXT NOT NULL,
    lock_by TEXT,
    lock_until DOUBLE PRECISION,
    deleted_at DOUBLE PRECISION,
    closed_at DOUBLE PRECISION,
    revision BIGINT NOT NULL DEFAULT 1,
    created_at DOUBLE PRECISION NOT NULL,
    changed_at DOUBLE PRECISION NOT NULL,
    CHECK ((lock_by IS NULL) = (lock_until IS NULL)),
    CHECK ((state = 'deleted') = (deleted_at IS NOT NULL))
);
CREATE INDEX ticket_state ON ticket (state, id);
CREATE INDEX ticket_requester ON ticket (LOWER(requester), id);
CREATE INDEX ticket_lock ON ticket (lock_until) WHERE lock_until IS NOT NULL;
CREATE INDEX ticket_deleted ON ticket (deleted_at) WHERE deleted_at IS NOT NULL;

CREATE TABLE ticket_message (
    id {id},
    ticket_id BIGINT NOT NULL REFERENCES ticket (id) ON DELETE CASCADE,
    direction TEXT NOT NULL CHECK (direction IN ('in', 'out', 'note')),
    message_id TEXT,
    sender TEXT NOT NULL,
    text TEXT NOT NULL,
    quoted TEXT NOT NULL DEFAULT '',
    automatic BOOLEAN NOT NULL DEFAULT FALSE,
    size BIGINT NOT NULL DEFAULT 0,
    trouble TEXT NOT NULL DEFAULT '',
    mail_key TEXT,
    at DOUBLE PRECISION NOT NULL
);
CREATE INDEX ticket_message_ticket ON ticket_message (ticket_id, id);
CREATE INDEX ticket_message_message_id ON ticket_message (message_id) WHERE message_id IS NOT NULL;

CREATE TABLE ticket_attachment (
    id {id},
    message_id BIGINT NOT NULL REFERENCES ticket_message (id) ON DELETE CASCADE,
    name TEXT NOT NULL,
    media_type TEXT NOT NULL,
    size BIGINT NOT NULL,
    sha256 TEXT NOT NULL,
    content {bytes},
    reference TEXT,
    CHECK ((content IS NULL) <> (reference IS NULL))
);
CREATE INDEX ticket_attachment_message ON ticket_attachment (message_id);
CREATE INDEX ticket_attachment_file ON ticket_attachment (reference) WHERE reference IS NOT NULL;

CREATE TABLE mail_account_state (
    account_id BIGINT PRIMARY KEY REFERENCES mail_account (id),
    failures INTEGER NOT NULL DEFAULT 0,
    not_before DOUBLE PRECISION NOT NULL DEFAULT 0,
    error TEXT,
    tried_at DOUBLE PRECISION,
    good_at DOUBLE PRECISION
);

CREATE TABLE mail_seen (
    account_id BIGINT NOT NULL REFERENCES mail_account (id),
    uid TEXT NOT NULL,
    size BIGINT NOT NULL,
    message_id TEXT,
    identity TEXT,
    sha256 TEXT NOT NULL,
    state TEXT NOT NULL
        CHECK (state IN ('ticket', 'reply', 'command', 'confirmed', 'twice', 'rule', 'loop')),
    ticket_id BIGINT,
    at DOUBLE PRECISION NOT NULL,
    cleared_at DOUBLE PRECISION,
    PRIMARY KEY (account_id, uid)
);
CREATE INDEX mail_seen_identity ON mail_seen (identity) WHERE identity IS NOT NULL;
CREATE INDEX mail_seen_sha256 ON mail_seen (sha256);
CREATE INDEX mail_seen_cleared ON mail_seen (cleared_at) WHERE cleared_at IS NOT NULL;

CREATE TABLE mail_challenge (
    id {id},
    address TEXT NOT NULL,
    token TEXT NOT NULL UNIQUE,
    at DOUBLE PRECISION NOT NULL,
    answered_at DOUBLE PRECISION
);
CREATE UNIQUE INDEX mail_challenge_address ON mail_challenge (LOWER(address));
CREATE INDEX mail_challenge_at ON mail_challenge (at);

CREATE TABLE mail_auto_reply (
    address TEXT PRIMARY KEY,
    at DOUBLE PRECISION NOT NULL
);
CREATE INDEX mail_auto_reply_at ON mail_auto_reply (at);

CREATE TABLE command_log (
    id {id},
    account_id BIGINT,
    ticket_id BIGINT,
    staff_id BIGINT,
    sender TEXT NOT NULL,
    command TEXT NOT NULL,
    proof TEXT NOT NULL DEFAULT '',
    results TEXT NOT NULL DEFAULT '',
    message_id TEXT,
    text TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('waiting', 'done', 'refused', 'unknown')),
    said TEXT NOT NULL DEFAULT '',
    at DOUBLE PRECISION NOT NULL,
    ended_at DOUBLE PRECISION,
    CHECK ((state = 'waiting') = (ended_at IS NULL))
);
CREATE INDEX command_log_waiting ON command_log (id) WHERE state = 'waiting';
CREATE INDEX command_log_ended ON command_log (ended_at) WHERE ended_at IS NOT NULL
"""

WORDS = {
    "sqlite": {"{id}": "INTEGER PRIMARY KEY AUTOINCREMENT", "{bytes}": "BLOB"},
    "postgresql": {"{id}": "BIGINT GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY", "{bytes}": "BYTEA"},
}


def up(migrator: object, db: object) -> None:
    """Create everything."""
    text = TABLES.replace("{own}", OWN)
    for mark, words in WORDS["postgresql" if "Postgres" in type(db).__name__ else "sqlite"].items():
        text = text.replace(mark, words)
    for statement in filter(str.strip, text.split(";")):
        db.execute_sql(statement)  # type: ignore[attr-defined]
