"""Objects: what operators supply, one table for each kind of `domain.objects.catalogue`.

The columns are the fields of a kind's model; a test compares the two. A key is used once among the
objects that are not archived (for each object of its scope). Lists and tables are JSON; a secret is a
reference to it. Times are UTC epoch seconds. `object_once` remembers who has made an object already.
"""

from __future__ import annotations

OWN = """revision BIGINT NOT NULL DEFAULT 1,
    sample BOOLEAN NOT NULL DEFAULT FALSE,
    created_at DOUBLE PRECISION NOT NULL,
    changed_at DOUBLE PRECISION NOT NULL,
    archived_at DOUBLE PRECISION"""

TABLES = """
CREATE TABLE organisation (
    id {id},
    name TEXT NOT NULL,
    kind TEXT NOT NULL,
    parent_id BIGINT REFERENCES organisation (id),
    number TEXT NOT NULL,
    email TEXT NOT NULL,
    phone TEXT NOT NULL,
    street TEXT NOT NULL,
    postcode TEXT NOT NULL,
    city TEXT NOT NULL,
    country TEXT NOT NULL,
    currency TEXT NOT NULL,
    note TEXT NOT NULL,
    {own}
);
CREATE UNIQUE INDEX organisation_key ON organisation (LOWER(name)) WHERE archived_at IS NULL;
CREATE INDEX organisation_parent ON organisation (parent_id) WHERE archived_at IS NULL;

CREATE TABLE contact (
    id {id},
    organisation_id BIGINT NOT NULL REFERENCES organisation (id),
    name TEXT NOT NULL,
    email TEXT NOT NULL,
    phone TEXT NOT NULL,
    duties TEXT NOT NULL,
    is_primary BOOLEAN NOT NULL,
    note TEXT NOT NULL,
    {own}
);
CREATE UNIQUE INDEX contact_key ON contact (organisation_id, LOWER(name)) WHERE archived_at IS NULL;

CREATE TABLE staff (
    id {id},
    name TEXT NOT NULL,
    email TEXT NOT NULL,
    phone TEXT NOT NULL,
    login TEXT NOT NULL,
    enabled BOOLEAN NOT NULL,
    note TEXT NOT NULL,
    {own}
);
CREATE UNIQUE INDEX staff_key ON staff (LOWER(name)) WHERE archived_at IS NULL;

CREATE TABLE smtp_settings (
    id {id},
    organisation_id BIGINT NOT NULL REFERENCES organisation (id),
    host TEXT NOT NULL,
    port INTEGER NOT NULL,
    security TEXT NOT NULL,
    ca_file TEXT NOT NULL,
    username TEXT NOT NULL,
    password TEXT NOT NULL,
    sender TEXT NOT NULL,
    {own}
);
CREATE UNIQUE INDEX smtp_settings_key ON smtp_settings (organisation_id) WHERE archived_at IS NULL;

CREATE TABLE mail_account (
    id {id},
    name TEXT NOT NULL,
    organisation_id BIGINT REFERENCES organisation (id),
    protocol TEXT NOT NULL,
    host TEXT NOT NULL,
    port INTEGER NOT NULL,
    security TEXT NOT NULL,
    ca_file TEXT NOT NULL,
    username TEXT NOT NULL,
    password TEXT NOT NULL,
    folder TEXT NOT NULL,
    enabled BOOLEAN NOT NULL,
    note TEXT NOT NULL,
    {own}
);
CREATE UNIQUE INDEX mail_account_key ON mail_account (LOWER(name)) WHERE archived_at IS NULL;
CREATE INDEX mail_account_organisation ON mail_account (organisation_id) WHERE archived_at IS NULL;

CREATE TABLE server (
    id {id},
    name TEXT NOT NULL,
    organisation_id BIGINT REFERENCES organisation (id),
    kind TEXT NOT NULL,
    server_group TEXT NOT NULL,
    address TEXT NOT NULL,
    read_by TEXT NOT NULL,
    port INTEGER NOT NULL,
    community TEXT NOT NULL,
    username TEXT NOT NULL,
    auth_protocol TEXT NOT NULL,
    auth_password TEXT NOT NULL,
    privacy_protocol TEXT NOT NULL,
    privacy_password TEXT NOT NULL,
    tls BOOLEAN NOT NULL,
    path TEXT NOT NULL,
    token TEXT NOT NULL,
    enabled BOOLEAN NOT NULL,
    note TEXT NOT NULL,
    {own}
);
CREATE UNIQUE INDEX server_key ON server (LOWER(name)) WHERE archived_at IS NULL;
CREATE INDEX server_organisation ON server (organisation_id) WHERE archived_at IS NULL;

CREATE TABLE service_check (
    id {id},
    server_id BIGINT NOT NULL REFERENCES server (id),
    name TEXT NOT NULL,
    kind TEXT NOT NULL,
    target TEXT NOT NULL,
    port INTEGER NOT NULL,
    interval INTEGER NOT NULL,
    timeout DOUBLE PRECISION NOT NULL,
    fail_after INTEGER NOT NULL,
    recover_after INTEGER NOT NULL,
    warning DOUBLE PRECISION,
    critical DOUBLE PRECISION,
    direction TEXT NOT NULL,
    settings TEXT NOT NULL,
    enabled BOOLEAN NOT NULL,
    note TEXT NOT NULL,
    {own}
);
CREATE UNIQUE INDEX service_check_key ON service_check (server_id, LOWER(name)) WHERE archived_at IS NULL;

CREATE TABLE registrar (
    id {id},
    name TEXT NOT NULL,
    protocol TEXT NOT NULL,
    host TEXT NOT NULL,
    port INTEGER NOT NULL,
    address TEXT NOT NULL,
    username TEXT NOT NULL,
    password TEXT NOT NULL,
    ca_file TEXT NOT NULL,
    settings TEXT NOT NULL,
    enabled BOOLEAN NOT NULL,
    note TEXT NOT NULL,
    {own}
);
CREATE UNIQUE INDEX registrar_key ON registrar (LOWER(name)) WHERE archived_at IS NULL;

CREATE TABLE zone (
    id {id},
    name TEXT NOT NULL,
    organisation_id BIGINT REFERENCES organisation (id),
    host TEXT NOT NULL,
    port INTEGER NOT NULL,
    key_name TEXT NOT NULL,
    key_algorithm TEXT NOT NULL,
    key_secret TEXT NOT NULL,
    enabled BOOLEAN NOT NULL,
    note TEXT NOT NULL,
    {own}
);
CREATE UNIQUE INDEX zone_key ON zone (LOWER(name)) WHERE archived_at IS NULL;
CREATE INDEX zone_organisation ON zone (organisation_id) WHERE archived_at IS NULL;

CREATE TABLE domain (
    id {id},
    name TEXT NOT NULL,
    organisation_id BIGINT REFERENCES organisation (id),
    registrar_id BIGINT REFERENCES registrar (id),
    zone_id BIGINT REFERENCES zone (id),
    token TEXT NOT NULL,
    enabled BOOLEAN NOT NULL,
    note TEXT NOT NULL,
    {own}
);
CREATE UNIQUE INDEX domain_key ON domain (LOWER(name)) WHERE archived_at IS NULL;
CREATE INDEX domain_organisation ON domain (organisation_id) WHERE archived_at IS NULL;
CREATE INDEX domain_registrar ON domain (registrar_id) WHERE archived_at IS NULL;
CREATE INDEX domain_zone ON domain (zone_id) WHERE archived_at IS NULL;

CREATE TABLE usage_report_schedule (
    id {id},
    name TEXT NOT NULL,
    organisation_id BIGINT REFERENCES organisation (id),
    report TEXT NOT NULL,
    format TEXT NOT NULL,
    times TEXT NOT NULL,
    weekdays TEXT NOT NULL,
    days TEXT NOT NULL,
    zone TEXT NOT NULL,
    recipients TEXT NOT NULL,
    enabled BOOLEAN NOT NULL,
    note TEXT NOT NULL,
    {own}
);
CREATE UNIQUE INDEX usage_report_schedule_key ON usage_report_schedule (LOWER(name))
    WHERE archived_at IS NULL;
CREATE INDEX usage_report_schedule_organisation ON usage_report_schedule (organisation_id)
    WHERE archived_at IS NULL;

CREATE TABLE event_hook (
    id {id},
    name TEXT NOT NULL,
    organisation_id BIGINT REFERENCES organisation (id),
    address TEXT NOT NULL,
    events TEXT NOT NULL,
    secret TEXT NOT NULL,
    timeout DOUBLE PRECISION NOT NULL,
    allow_private BOOLEAN NOT NULL,
    enabled BOOLEAN NOT NULL,
    note TEXT NOT NULL,
    {own}
);
CREATE UNIQUE INDEX event_hook_key ON event_hook (LOWER(name)) WHERE archived_at IS NULL;
CREATE INDEX event_hook_organisation ON event_hook (organisation_id) WHERE archived_at IS NULL;

CREATE INDEX organisation_archived ON organisation (name) WHERE archived_at IS NOT NULL;

CREATE TABLE object_once (
    key TEXT PRIMARY KEY,
    kind TEXT NOT NULL,
    object_id BIGINT NOT NULL,
    asked TEXT NOT NULL,
    at DOUBLE PRECISION NOT NULL
);
CREATE INDEX object_once_at ON object_once (at);
"""

IDENTITY = {
    "sqlite": "INTEGER PRIMARY KEY AUTOINCREMENT",
    "postgresql": "BIGINT GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY",
}


def up(migrator: object, db: object) -> None:
    """Create everything; there is no object yet."""
    identity = IDENTITY["postgresql" if "Postgres" in type(db).__name__ else "sqlite"]
    text = TABLES.replace("{id}", identity).replace("{own}", OWN)
    for statement in filter(str.strip, text.split(";")):
        db.execute_sql(statement)  # type: ignore[attr-defined]
