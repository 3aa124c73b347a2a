"""Mail campaigns with their recipients, who asked for no more, and workflows with their runs and steps.

Times are UTC epoch seconds. `audience`, `definition`, `event` and `action` are JSON. A suppressed address is
one that gets no campaign any more: of one organisation, or of all (`organisation_id` 0). `released`: a
person let the campaign begin while its family observed. A version of a workflow never changes, and a run
keeps to its own. `chain` are the workflows that led to a run, the first of them first.
A mail that is `at_most_once` is not tried again where nobody knows whether it arrived.
"""

from __future__ import annotations

TABLES = """
ALTER TABLE mail ADD COLUMN at_most_once BOOLEAN NOT NULL DEFAULT FALSE;
CREATE INDEX mail_of_state ON mail (state, id);
CREATE INDEX mail_of_source ON mail (source, not_before, id) WHERE state IN ('queued', 'unknown');
CREATE INDEX mail_recipient_address ON mail_recipient (LOWER(address), mail_id);

CREATE TABLE campaign (
    id {id},
    name TEXT NOT NULL,
    organisation_id BIGINT REFERENCES organisation (id),
    sender TEXT NOT NULL,
    subject TEXT NOT NULL,
    body TEXT NOT NULL,
    audience TEXT NOT NULL,
    starts_at DOUBLE PRECISION,
    per_minute INTEGER NOT NULL CHECK (per_minute > 0),
    batch INTEGER NOT NULL CHECK (batch > 0),
    state TEXT NOT NULL CHECK (state IN ('draft', 'scheduled', 'sending', 'paused', 'done', 'cancelled')),
    said TEXT,
    revision INTEGER NOT NULL DEFAULT 1,
    created_by TEXT NOT NULL,
    created_at DOUBLE PRECISION NOT NULL,
    changed_at DOUBLE PRECISION NOT NULL,
    frozen_at DOUBLE PRECISION,
    released BOOLEAN NOT NULL DEFAULT FALSE,
    ended_at DOUBLE PRECISION,
    CHECK ((state IN ('done', 'cancelled')) = (ended_at IS NOT NULL)),
    CHECK (state NOT IN ('sending', 'done') OR frozen_at IS NOT NULL)
);
CREATE UNIQUE INDEX campaign_name ON campaign (LOWER(name));
CREATE INDEX campaign_open ON campaign (id) WHERE state IN ('scheduled', 'sending', 'paused');

CREATE TABLE campaign_recipient (
    id {id},
    campaign_id BIGINT NOT NULL REFERENCES campaign (id) ON DELETE CASCADE,
    address TEXT NOT NULL,
    name TEXT NOT NULL DEFAULT '',
    organisation TEXT NOT NULL DEFAULT '',
    state TEXT NOT NULL DEFAULT 'waiting'
        CHECK (state IN ('waiting', 'queued', 'sent', 'failed', 'bounced', 'unsubscribed')),
    mail_id BIGINT,
    answer TEXT,
    queued_at DOUBLE PRECISION,
    ended_at DOUBLE PRECISION,
    CHECK ((state IN ('waiting', 'queued')) = (ended_at IS NULL))
);
CREATE UNIQUE INDEX campaign_recipient_once ON campaign_recipient (campaign_id, LOWER(address));
CREATE INDEX campaign_recipient_state ON campaign_recipient (campaign_id, state, id);
CREATE INDEX campaign_recipient_queued ON campaign_recipient (campaign_id, queued_at)
    WHERE queued_at IS NOT NULL;
CREATE INDEX campaign_recipient_ended ON campaign_recipient (campaign_id, ended_at)
    WHERE ended_at IS NOT NULL;
CREATE INDEX campaign_recipient_mail ON campaign_recipient (mail_id) WHERE mail_id IS NOT NULL;
CREATE INDEX campaign_recipient_open ON campaign_recipient (LOWER(address))
    WHERE state IN ('waiting', 'queued');

CREATE TABLE suppressed (
    organisation_id BIGINT NOT NULL DEFAULT 0,
    address TEXT NOT NULL,
    why TEXT NOT NULL CHECK (why IN ('unsubscribed', 'bounced', 'by hand')),
    said TEXT,
    campaign_id BIGINT,
    at DOUBLE PRECISION NOT NULL,
    PRIMARY KEY (address, organisation_id)
);
CREATE INDEX suppressed_at ON suppressed (at);

CREATE TABLE workflow (
    id {id},
    name TEXT NOT NULL,
    enabled BOOLEAN NOT NULL DEFAULT TRUE,
    version INTEGER NOT NULL,
    created_by TEXT NOT NULL,
    created_at DOUBLE PRECISION NOT NULL,
    enabled_at DOUBLE PRECISION NOT NULL,
    archived_at DOUBLE PRECISION
);
CREATE UNIQUE INDEX workflow_name ON workflow (LOWER(name)) WHERE archived_at IS NULL;

CREATE TABLE workflow_version (
    workflow_id BIGINT NOT NULL REFERENCES workflow (id) ON DELETE CASCADE,
    version INTEGER NOT NULL,
    definition TEXT NOT NULL,
    made_by TEXT NOT NULL,
    made_at DOUBLE PRECISION NOT NULL,
    PRIMARY KEY (workflow_id, version)
);

CREATE TABLE workflow_run (
    id {id},
    workflow_id BIGINT NOT NULL REFERENCES workflow (id) ON DELETE CASCADE,
    version INTEGER NOT NULL,
    source TEXT NOT NULL CHECK (source IN ('event', 'change')),
    source_id BIGINT NOT NULL,
    event TEXT NOT NULL,
    chain TEXT NOT NULL DEFAULT '[]',
    state TEXT NOT NULL CHECK (state IN ('running', 'done', 'failed', 'refused', 'dropped')),
    error TEXT,
    began_at DOUBLE PRECISION NOT NULL,
    ended_at DOUBLE PRECISION,
    CHECK ((state = 'running') = (ended_at IS NULL)),
    UNIQUE (workflow_id, source, source_id)
);
CREATE INDEX workflow_run_open ON workflow_run (id) WHERE ended_at IS NULL;
CREATE INDEX workflow_run_of ON workflow_run (workflow_id, id);
CREATE INDEX workflow_run_ended ON workflow_run (ended_at) WHERE ended_at IS NOT NULL;

CREATE TABLE workflow_step (
    run_id BIGINT NOT NULL REFERENCES workflow_run (id) ON DELETE CASCADE,
    n INTEGER NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('mail', 'job', 'http', 'event')),
    action TEXT NOT NULL,
    key TEXT NOT NULL UNIQUE,
    state TEXT NOT NULL DEFAULT 'waiting'
        CHECK (state IN ('waiting', 'doing', 'done', 'failed', 'dropped', 'skipped')),
    tries INTEGER NOT NULL DEFAULT 0,
    not_before DOUBLE PRECISION NOT NULL DEFAULT 0,
    unknown BOOLEAN NOT NULL DEFAULT FALSE,
    claim_run BIGINT,
    answer TEXT,
    ended_at DOUBLE PRECISION,
    PRIMARY KEY (run_id, n)
);
CREATE INDEX workflow_step_doing ON workflow_step (run_id) WHERE state = 'doing';
"""

IDENTITY = {
    "sqlite": "INTEGER PRIMARY KEY AUTOINCREMENT",
    "postgresql": "BIGINT GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY",
}


def up(migrator: object, db: object) -> None:
    """Create everything."""
    text = TABLES.replace("{id}", IDENTITY["postgresql" if "Postgres" in type(db).__name__ else "sqlite"])
    for statement in filter(str.strip, text.split(";")):
        db.execute_sql(statement)  # type: ignore[attr-defined]
