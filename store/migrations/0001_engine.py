"""The engine's tables: services, runs, run groups, nodes, history, audit and the embedded queue.

Times are UTC epoch seconds (DOUBLE PRECISION; planned minutes are whole, BIGINT). JSON is text
that we only ever read whole. The CHECKs and partial indexes are the promises in the database's
own words: a final state has an end, and no group is held twice.
"""

from __future__ import annotations

TABLES = """
CREATE TABLE setting (
    name TEXT PRIMARY KEY,
    value TEXT NOT NULL,
    changed_at DOUBLE PRECISION NOT NULL
);

CREATE TABLE service (
    name TEXT PRIMARY KEY,
    title TEXT NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('daemon', 'periodic', 'fixed_time', 'on_demand')),
    family TEXT NOT NULL,
    profile TEXT NOT NULL,
    present BOOLEAN NOT NULL,
    enabled BOOLEAN NOT NULL,
    missing TEXT,
    rule TEXT NOT NULL,
    priority INTEGER NOT NULL CHECK (priority BETWEEN 0 AND 10),
    parallel INTEGER NOT NULL CHECK (parallel >= 1),
    misfire TEXT NOT NULL CHECK (misfire IN ('once', 'skip', 'all')),
    misfire_window DOUBLE PRECISION NOT NULL,
    overlap TEXT NOT NULL CHECK (overlap IN ('queue_one', 'skip', 'queue_all')),
    time_limit DOUBLE PRECISION NOT NULL CHECK (time_limit > 0),
    retries INTEGER NOT NULL CHECK (retries >= 0),
    retry_lost BOOLEAN NOT NULL,
    instances TEXT NOT NULL CHECK (instances IN ('one', 'each')),
    roles TEXT NOT NULL,
    run_groups TEXT NOT NULL,
    options TEXT NOT NULL,
    defaults TEXT NOT NULL,
    live TEXT NOT NULL DEFAULT '{}',
    revision BIGINT NOT NULL DEFAULT 1,
    accounted_until BIGINT,
    paused_at DOUBLE PRECISION,
    paused_until DOUBLE PRECISION,
    paused_by TEXT,
    pause_reason TEXT,
    logging BOOLEAN NOT NULL DEFAULT FALSE,
    logging_until DOUBLE PRECISION,
    last_run_id BIGINT,
    last_start_at DOUBLE PRECISION,
    last_end_at DOUBLE PRECISION,
    last_outcome TEXT,
    last_duration DOUBLE PRECISION,
    last_success_at DOUBLE PRECISION,
    last_failure_at DOUBLE PRECISION,
    consecutive_failures INTEGER NOT NULL DEFAULT 0,
    CHECK (parallel = 1 OR run_groups = '')
);

CREATE TABLE node (
    name TEXT PRIMARY KEY,
    incarnation TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('up', 'draining', 'left', 'lost')),
    roles TEXT NOT NULL,
    services TEXT NOT NULL,
    host TEXT NOT NULL,
    version TEXT NOT NULL,
    started_at DOUBLE PRECISION NOT NULL,
    seen_at DOUBLE PRECISION NOT NULL,
    state_at DOUBLE PRECISION NOT NULL,
    drain_until DOUBLE PRECISION
);

CREATE TABLE process (
    id {id},
    node TEXT NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('worker', 'system', 'beat', 'web', 'daemon', 'run')),
    name TEXT NOT NULL,
    incarnation TEXT NOT NULL,
    pid INTEGER NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('up', 'draining', 'ended', 'lost')),
    slots INTEGER NOT NULL DEFAULT 0,
    renewal BIGINT NOT NULL DEFAULT 0,
    memory BIGINT,
    started_at DOUBLE PRECISION NOT NULL,
    seen_at DOUBLE PRECISION NOT NULL,
    ended_at DOUBLE PRECISION,
    end_reason TEXT,
    CHECK ((state IN ('ended', 'lost')) = (ended_at IS NOT NULL))
);
CREATE INDEX process_live ON process (node) WHERE state IN ('up', 'draining');

CREATE TABLE run (
    id {id},
    service TEXT NOT NULL,
    for_node TEXT NOT NULL DEFAULT '',
    trigger TEXT NOT NULL CHECK (trigger IN ('schedule', 'manual', 'api', 'message', 'catch_up', 'hold')),
    state TEXT NOT NULL CHECK (state IN ('queued', 'granted', 'running', 'succeeded', 'failed',
                                         'cancelled', 'lost', 'merged', 'skipped', 'missed')),
    reason TEXT,
    planned_at BIGINT,
    planned_until BIGINT,
    planned_count INTEGER NOT NULL DEFAULT 1,
    planned_text TEXT,
    requested_at DOUBLE PRECISION NOT NULL,
    requested_by TEXT,
    request_reason TEXT,
    queued_at DOUBLE PRECISION NOT NULL,
    not_before DOUBLE PRECISION,
    priority INTEGER NOT NULL CHECK (priority BETWEEN 0 AND 10),
    preempt BOOLEAN NOT NULL DEFAULT FALSE,
    roles TEXT NOT NULL,
    run_groups TEXT NOT NULL DEFAULT '',
    args TEXT NOT NULL DEFAULT '{}',
    step INTEGER,
    attempt INTEGER NOT NULL DEFAULT 0,
    fence BIGINT,
    node TEXT,
    process_id BIGINT,
    granted_at DOUBLE PRECISION,
    sent_at DOUBLE PRECISION,
    started_at DOUBLE PRECISION,
    ended_at DOUBLE PRECISION,
    outcome TEXT,
    message TEXT,
    counts TEXT,
    error TEXT,
    cancel_at DOUBLE PRECISION,
    cancel_by TEXT,
    progress_done DOUBLE PRECISION,
    progress_total DOUBLE PRECISION,
    merged_into BIGINT,
    wait_code TEXT,
    wait_group TEXT,
    wait_holder BIGINT,
    wait_since DOUBLE PRECISION,
    CHECK ((state IN ('succeeded', 'failed', 'cancelled', 'lost', 'merged', 'skipped', 'missed'))
           = (ended_at IS NOT NULL)),
    CHECK (state NOT IN ('granted', 'running') OR (fence IS NOT NULL AND node IS NOT NULL)),
    CHECK (state <> 'running' OR (process_id IS NOT NULL AND started_at IS NOT NULL)),
    CHECK ((state = 'merged') = (merged_into IS NOT NULL)),
    CHECK (state NOT IN ('skipped', 'missed') OR reason IS NOT NULL)
);
CREATE UNIQUE INDEX run_occurrence ON run (service, for_node, planned_at) WHERE planned_at IS NOT NULL;
CREATE INDEX run_queued ON run (service, for_node) WHERE state = 'queued';
CREATE INDEX run_active ON run (process_id) WHERE state IN ('granted', 'running');
CREATE INDEX run_history ON run (service, id);
CREATE INDEX run_ended ON run (ended_at) WHERE ended_at IS NOT NULL;
CREATE INDEX run_merged ON run (merged_into) WHERE merged_into IS NOT NULL;

CREATE TABLE membership (
    run_id BIGINT NOT NULL REFERENCES run (id) ON DELETE CASCADE,
    run_group TEXT NOT NULL,
    held BOOLEAN NOT NULL DEFAULT FALSE,
    PRIMARY KEY (run_id, run_group)
);
CREATE UNIQUE INDEX membership_held ON membership (run_group) WHERE held;
CREATE INDEX membership_waiting ON membership (run_group, run_id) WHERE NOT held;

CREATE TABLE attempt (
    run_id BIGINT NOT NULL REFERENCES run (id) ON DELETE CASCADE,
    n INTEGER NOT NULL,
    node TEXT NOT NULL,
    process_id BIGINT NOT NULL,
    fence BIGINT NOT NULL,
    granted_at DOUBLE PRECISION,
    started_at DOUBLE PRECISION NOT NULL,
    ended_at DOUBLE PRECISION NOT NULL,
    ended TEXT NOT NULL CHECK (ended IN ('succeeded', 'failed', 'timeout', 'lost', 'drained', 'cancelled')),
    error TEXT,
    PRIMARY KEY (run_id, n)
);

CREATE TABLE run_step (
    run_id BIGINT NOT NULL REFERENCES run (id) ON DELETE CASCADE,
    n INTEGER NOT NULL,
    title TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('running', 'done', 'failed', 'stopped', 'not_due', 'off')),
    counts TEXT,
    error TEXT,
    started_at DOUBLE PRECISION NOT NULL,
    ended_at DOUBLE PRECISION,
    PRIMARY KEY (run_id, n)
);

CREATE TABLE step (
    service TEXT NOT NULL,
    title TEXT NOT NULL,
    enabled BOOLEAN,
    last_state TEXT,
    last_run_id BIGINT,
    last_start_at DOUBLE PRECISION,
    last_done_at DOUBLE PRECISION,
    PRIMARY KEY (service, title)
);

CREATE TABLE run_log (
    run_id BIGINT NOT NULL REFERENCES run (id) ON DELETE CASCADE,
    n INTEGER NOT NULL,
    at DOUBLE PRECISION NOT NULL,
    level TEXT NOT NULL,
    text TEXT NOT NULL,
    PRIMARY KEY (run_id, n)
);

CREATE TABLE tally (
    service TEXT NOT NULL,
    metric TEXT NOT NULL,
    label TEXT NOT NULL,
    value DOUBLE PRECISION NOT NULL,
    PRIMARY KEY (service, metric, label)
);

CREATE TABLE request_key (
    key TEXT PRIMARY KEY,
    service TEXT NOT NULL,
    asked TEXT NOT NULL,
    run_ids TEXT NOT NULL,
    merged BOOLEAN NOT NULL,
    at DOUBLE PRECISION NOT NULL
);

CREATE TABLE rejected (
    id {id},
    at DOUBLE PRECISION NOT NULL,
    queue TEXT NOT NULL,
    reason TEXT NOT NULL,
    body TEXT NOT NULL
);

CREATE TABLE change (
    id {id},
    at DOUBLE PRECISION NOT NULL,
    actor TEXT NOT NULL,
    action TEXT NOT NULL,
    object TEXT NOT NULL,
    before TEXT,
    after TEXT,
    reason TEXT,
    via TEXT NOT NULL DEFAULT 'system',
    address TEXT
);
CREATE INDEX change_object ON change (object, id);

CREATE TABLE message (
    id {id},
    queue TEXT NOT NULL,
    body {bytes} NOT NULL,
    origin TEXT,
    name TEXT,
    reason TEXT,
    at DOUBLE PRECISION NOT NULL,
    owner TEXT,
    renewal BIGINT NOT NULL DEFAULT 0,
    deliveries INTEGER NOT NULL DEFAULT 0
);
CREATE INDEX message_waiting ON message (queue, id) WHERE owner IS NULL;
CREATE INDEX message_taken ON message (owner) WHERE owner IS NOT NULL;
"""

IDENTITY = {
    "sqlite": "INTEGER PRIMARY KEY AUTOINCREMENT",
    "postgresql": "BIGINT GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY",
}


def up(migrator: object, db: object) -> None:
    """Create everything."""
    postgresql = "Postgres" in type(db).__name__
    text = TABLES.replace("{id}", IDENTITY["postgresql" if postgresql else "sqlite"])
    text = text.replace("{bytes}", "BYTEA" if postgresql else "BLOB")
    statements = [part.strip() for part in text.split(";") if part.strip()]
    if postgresql:
        statements.append("CREATE SEQUENCE fence")
    else:
        statements.append("CREATE TABLE sequence (name TEXT PRIMARY KEY, value BIGINT NOT NULL)")
        statements.append("INSERT INTO sequence (name, value) VALUES ('fence', 0)")
    for statement in statements:
        db.execute_sql(statement)  # type: ignore[attr-defined]
