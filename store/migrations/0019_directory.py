"""Directories: the objects of them, and a copy of their users, groups and what belongs to users.

A user is its `guid`, which stays when it is renamed or moved; one that was deleted and made again is another.
What has gone keeps its row, with `gone_at`. Times are UTC epoch seconds. `state_at`: when lock and expiry,
which a controller computes and no change brings, were read last. `attrs` is what other services keep of a
user. `dir_unit` is the tree that users lie in; `dir_member` has the users that lie in a group directly.
"""

from __future__ import annotations

OWN = """revision BIGINT NOT NULL DEFAULT 1,
    sample BOOLEAN NOT NULL DEFAULT FALSE,
    created_at DOUBLE PRECISION NOT NULL,
    changed_at DOUBLE PRECISION NOT NULL,
    archived_at DOUBLE PRECISION"""

TABLES = """
CREATE TABLE directory (
    id {id},
    name TEXT NOT NULL,
    organisation_id BIGINT REFERENCES organisation (id),
    host TEXT NOT NULL,
    port INTEGER NOT NULL,
    username TEXT NOT NULL,
    password TEXT NOT NULL,
    ca_file TEXT NOT NULL,
    base TEXT NOT NULL,
    full_every INTEGER NOT NULL,
    enabled BOOLEAN NOT NULL,
    note TEXT NOT NULL,
    {own}
);
CREATE UNIQUE INDEX directory_key ON directory (LOWER(name)) WHERE archived_at IS NULL;
CREATE INDEX directory_organisation ON directory (organisation_id) WHERE archived_at IS NULL;

CREATE TABLE directory_unit (
    id {id},
    name TEXT NOT NULL,
    directory_id BIGINT NOT NULL REFERENCES directory (id),
    dn TEXT NOT NULL,
    organisation_id BIGINT REFERENCES organisation (id),
    cn_rule TEXT NOT NULL,
    enabled BOOLEAN NOT NULL,
    note TEXT NOT NULL,
    {own}
);
CREATE UNIQUE INDEX directory_unit_key ON directory_unit (LOWER(name)) WHERE archived_at IS NULL;
CREATE INDEX directory_unit_directory ON directory_unit (directory_id) WHERE archived_at IS NULL;
CREATE INDEX directory_unit_organisation ON directory_unit (organisation_id) WHERE archived_at IS NULL;

CREATE TABLE directory_group (
    id {id},
    directory_id BIGINT NOT NULL REFERENCES directory (id),
    name TEXT NOT NULL,
    dn TEXT NOT NULL,
    use TEXT NOT NULL,
    unit_id BIGINT REFERENCES directory_unit (id),
    service TEXT NOT NULL,
    enabled BOOLEAN NOT NULL,
    note TEXT NOT NULL,
    {own}
);
CREATE UNIQUE INDEX directory_group_key ON directory_group (directory_id, LOWER(name))
    WHERE archived_at IS NULL;
CREATE INDEX directory_group_unit ON directory_group (unit_id) WHERE archived_at IS NULL;

CREATE TABLE directory_state (
    directory_id BIGINT PRIMARY KEY REFERENCES directory (id),
    cookie TEXT,
    base TEXT NOT NULL DEFAULT '',
    owners TEXT NOT NULL DEFAULT '',
    full_at DOUBLE PRECISION,
    synced_at DOUBLE PRECISION,
    tried_at DOUBLE PRECISION,
    state_at DOUBLE PRECISION,
    users INTEGER NOT NULL DEFAULT 0,
    note TEXT NOT NULL DEFAULT '',
    error TEXT,
    error_kind TEXT,
    failed_since DOUBLE PRECISION
);

CREATE TABLE dir_unit (
    id {id},
    directory_id BIGINT NOT NULL REFERENCES directory (id),
    guid TEXT NOT NULL,
    dn TEXT NOT NULL,
    name TEXT NOT NULL DEFAULT '',
    seen_at DOUBLE PRECISION NOT NULL,
    gone_at DOUBLE PRECISION
);
CREATE UNIQUE INDEX dir_unit_guid ON dir_unit (directory_id, guid);

CREATE TABLE dir_user (
    id {id},
    directory_id BIGINT NOT NULL REFERENCES directory (id),
    guid TEXT NOT NULL,
    dn TEXT NOT NULL,
    sam TEXT NOT NULL DEFAULT '',
    upn TEXT NOT NULL DEFAULT '',
    name TEXT NOT NULL DEFAULT '',
    mail TEXT NOT NULL DEFAULT '',
    employee_id TEXT NOT NULL DEFAULT '',
    phone TEXT NOT NULL DEFAULT '',
    kind TEXT NOT NULL DEFAULT 'user' CHECK (kind IN ('user', 'shared', 'room', 'equipment')),
    organisation_id BIGINT REFERENCES organisation (id),
    unit_id BIGINT REFERENCES directory_unit (id),
    enabled BOOLEAN NOT NULL DEFAULT TRUE,
    locked BOOLEAN NOT NULL DEFAULT FALSE,
    locked_at DOUBLE PRECISION,
    must_change BOOLEAN NOT NULL DEFAULT FALSE,
    password_changed_at DOUBLE PRECISION,
    password_expires TEXT NOT NULL DEFAULT 'never' CHECK (password_expires IN ('never', 'now', 'at')),
    password_expires_at DOUBLE PRECISION,
    expires_at DOUBLE PRECISION,
    usn BIGINT NOT NULL DEFAULT 0,
    attrs TEXT NOT NULL DEFAULT '{}',
    hash TEXT NOT NULL DEFAULT '',
    state_at DOUBLE PRECISION,
    created_at DOUBLE PRECISION NOT NULL,
    changed_at DOUBLE PRECISION NOT NULL,
    seen_at DOUBLE PRECISION NOT NULL,
    gone_at DOUBLE PRECISION
);
CREATE UNIQUE INDEX dir_user_guid ON dir_user (directory_id, guid);
CREATE INDEX dir_user_name ON dir_user (LOWER(name), id) WHERE gone_at IS NULL;
CREATE INDEX dir_user_sam ON dir_user (LOWER(sam));
CREATE INDEX dir_user_mail ON dir_user (LOWER(mail)) WHERE mail <> '';
CREATE INDEX dir_user_organisation ON dir_user (organisation_id, id) WHERE gone_at IS NULL;
CREATE INDEX dir_user_unit ON dir_user (unit_id, id) WHERE gone_at IS NULL;
CREATE INDEX dir_user_locked ON dir_user (id) WHERE locked AND gone_at IS NULL;
CREATE INDEX dir_user_expiring ON dir_user (password_expires_at)
    WHERE password_expires = 'at' AND gone_at IS NULL;
CREATE INDEX dir_user_gone ON dir_user (gone_at) WHERE gone_at IS NOT NULL;

CREATE TABLE dir_group (
    id {id},
    directory_id BIGINT NOT NULL REFERENCES directory (id),
    guid TEXT NOT NULL,
    dn TEXT NOT NULL,
    sam TEXT NOT NULL DEFAULT '',
    name TEXT NOT NULL DEFAULT '',
    hash TEXT NOT NULL DEFAULT '',
    seen_at DOUBLE PRECISION NOT NULL,
    changed_at DOUBLE PRECISION NOT NULL,
    gone_at DOUBLE PRECISION
);
CREATE UNIQUE INDEX dir_group_guid ON dir_group (directory_id, guid);
CREATE INDEX dir_group_dn ON dir_group (directory_id, LOWER(dn)) WHERE gone_at IS NULL;

CREATE TABLE dir_member (
    group_id BIGINT NOT NULL REFERENCES dir_group (id),
    user_id BIGINT NOT NULL REFERENCES dir_user (id),
    PRIMARY KEY (group_id, user_id)
);
CREATE INDEX dir_member_user ON dir_member (user_id);

CREATE TABLE user_service (
    id {id},
    user_id BIGINT NOT NULL REFERENCES dir_user (id),
    service TEXT NOT NULL,
    ref TEXT NOT NULL DEFAULT '',
    seen_at DOUBLE PRECISION NOT NULL,
    gone_at DOUBLE PRECISION
);
CREATE UNIQUE INDEX user_service_once ON user_service (user_id, service, ref);
CREATE INDEX user_service_service ON user_service (service, user_id) WHERE gone_at IS NULL;

CREATE TABLE db_user (
    id {id},
    user_id BIGINT NOT NULL REFERENCES dir_user (id),
    server TEXT NOT NULL,
    login TEXT NOT NULL,
    state TEXT NOT NULL,
    note TEXT NOT NULL DEFAULT '',
    changed_at DOUBLE PRECISION NOT NULL
);
CREATE UNIQUE INDEX db_user_once ON db_user (server, login);
CREATE INDEX db_user_user ON db_user (user_id);

CREATE TABLE backup_object (
    id {id},
    directory_id BIGINT NOT NULL REFERENCES directory (id),
    kind TEXT NOT NULL,
    remote_id TEXT NOT NULL,
    reason TEXT NOT NULL,
    attrs TEXT NOT NULL,
    at DOUBLE PRECISION NOT NULL
);
CREATE UNIQUE INDEX backup_object_once ON backup_object (directory_id, kind, remote_id, reason);

CREATE TABLE staff_link (
    staff_id BIGINT PRIMARY KEY REFERENCES staff (id),
    user_id BIGINT NOT NULL REFERENCES dir_user (id),
    linked_by TEXT NOT NULL DEFAULT '',
    linked_at DOUBLE PRECISION NOT NULL,
    checked_at DOUBLE PRECISION,
    note TEXT NOT NULL DEFAULT ''
);
CREATE INDEX staff_link_user ON staff_link (user_id)
"""

IDENTITY = {
    "sqlite": "INTEGER PRIMARY KEY AUTOINCREMENT",
    "postgresql": "BIGINT GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY",
}


def up(migrator: object, db: object) -> None:
    """Create everything; there is no directory yet."""
    identity = IDENTITY["postgresql" if "Postgres" in type(db).__name__ else "sqlite"]
    text = TABLES.replace("{id}", identity).replace("{own}", OWN)
    for statement in filter(str.strip, text.split(";")):
        db.execute_sql(statement)  # type: ignore[attr-defined]
