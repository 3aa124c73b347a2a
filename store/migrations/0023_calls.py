"""Calls: what files brought, what was rated from it, what it cost whom, by day and by hour.

`xdr_chunk` holds the legs of a file as columns in one value until they are rated; then it is deleted.
A `rating_batch` is what one turn in the run group takes; each of its shards is one transaction, by
client. A leg lies in `xdr` once for good (`day`, `key`), rated or with the reason why not; on
PostgreSQL a day is a partition. `entry` is the ledger: a balance is the sum of its entries.

Money: `charge` in 10^-6 of the rate table's currency, `cost` in 10^-6 of the client's; entries and
balances in 10^-6. `day`: days since 1970, UTC; `at`: epoch seconds.
"""

from __future__ import annotations

TABLES = """
CREATE TABLE xdr_file (
    id {id},
    collector_id BIGINT,
    gateway_id BIGINT,
    name TEXT NOT NULL,
    place TEXT NOT NULL DEFAULT '',
    format TEXT NOT NULL DEFAULT '',
    size BIGINT NOT NULL DEFAULT 0,
    modified_at DOUBLE PRECISION,
    sha256 TEXT NOT NULL DEFAULT '',
    state TEXT NOT NULL CHECK (state IN ('found', 'loading', 'loaded', 'repeated', 'quarantined')),
    legs BIGINT NOT NULL DEFAULT 0,
    bad BIGINT NOT NULL DEFAULT 0,
    repeated BIGINT NOT NULL DEFAULT 0,
    bytes_read BIGINT NOT NULL DEFAULT 0,
    text TEXT NOT NULL DEFAULT '',
    found_at DOUBLE PRECISION NOT NULL,
    loaded_at DOUBLE PRECISION
);
CREATE UNIQUE INDEX xdr_file_once ON xdr_file (collector_id, sha256) WHERE state IN ('loading', 'loaded');
CREATE INDEX xdr_file_name ON xdr_file (collector_id, name);
CREATE INDEX xdr_file_state ON xdr_file (state, id);

CREATE TABLE xdr_bad_row (
    id {id},
    file_id BIGINT NOT NULL REFERENCES xdr_file (id),
    line BIGINT NOT NULL,
    reason TEXT NOT NULL,
    text TEXT NOT NULL
);
CREATE INDEX xdr_bad_row_file ON xdr_bad_row (file_id, line);

CREATE TABLE xdr_chunk (
    id {id},
    file_id BIGINT REFERENCES xdr_file (id),
    gateway_id BIGINT,
    gateway TEXT NOT NULL DEFAULT '',
    legs BIGINT NOT NULL,
    first_at BIGINT NOT NULL,
    last_at BIGINT NOT NULL,
    data {bytes} NOT NULL,
    batch_id BIGINT,
    added_at DOUBLE PRECISION NOT NULL
);
CREATE INDEX xdr_chunk_new ON xdr_chunk (id) WHERE batch_id IS NULL;
CREATE INDEX xdr_chunk_batch ON xdr_chunk (batch_id) WHERE batch_id IS NOT NULL;

CREATE TABLE rating_batch (
    id {id},
    kind TEXT NOT NULL CHECK (kind IN ('rate', 'rerate', 'delete')),
    state TEXT NOT NULL CHECK (state IN ('open', 'done')),
    shards INTEGER NOT NULL,
    fence BIGINT NOT NULL,
    node TEXT NOT NULL DEFAULT '',
    legs BIGINT NOT NULL DEFAULT 0,
    rerating_id BIGINT,
    opened_at DOUBLE PRECISION NOT NULL,
    done_at DOUBLE PRECISION,
    is_summed BOOLEAN NOT NULL DEFAULT FALSE,
    is_counted BOOLEAN NOT NULL DEFAULT FALSE
);
CREATE INDEX rating_batch_open ON rating_batch (id) WHERE state = 'open';
CREATE INDEX rating_batch_unsummed ON rating_batch (id) WHERE state = 'done' AND NOT is_summed;
CREATE INDEX rating_batch_uncounted ON rating_batch (id) WHERE state = 'done' AND NOT is_counted;

CREATE TABLE rating_shard (
    batch_id BIGINT NOT NULL REFERENCES rating_batch (id),
    shard INTEGER NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('open', 'done')),
    node TEXT NOT NULL DEFAULT '',
    rated BIGINT NOT NULL DEFAULT 0,
    mismatched BIGINT NOT NULL DEFAULT 0,
    repeated BIGINT NOT NULL DEFAULT 0,
    done_at DOUBLE PRECISION,
    PRIMARY KEY (batch_id, shard)
);

CREATE TABLE xdr (
    id {part_id},
    day INTEGER NOT NULL,
    at BIGINT NOT NULL,
    key {bytes} NOT NULL,
    batch_id BIGINT NOT NULL,
    file_id BIGINT,
    gateway TEXT NOT NULL,
    session TEXT NOT NULL,
    leg TEXT NOT NULL,
    origin SMALLINT NOT NULL,
    status SMALLINT NOT NULL,
    cause INTEGER NOT NULL,
    src TEXT NOT NULL,
    dst TEXT NOT NULL,
    host TEXT NOT NULL,
    name TEXT NOT NULL,
    pin TEXT NOT NULL,
    tags TEXT NOT NULL,
    volume BIGINT NOT NULL,
    pdd BIGINT NOT NULL,
    scd BIGINT NOT NULL,
    reason SMALLINT NOT NULL,
    rule_id BIGINT,
    client_id BIGINT,
    account_id BIGINT,
    rated_src TEXT NOT NULL,
    rated_dst TEXT NOT NULL,
    code TEXT NOT NULL,
    table_id BIGINT,
    rate_id BIGINT,
    billed BIGINT NOT NULL,
    charge BIGINT NOT NULL,
    cost BIGINT NOT NULL,
    version INTEGER NOT NULL,
    invoice_id BIGINT{part_key}
){partitioned};
CREATE UNIQUE INDEX xdr_once ON xdr (day, key);
CREATE INDEX xdr_client ON xdr (client_id, day);
CREATE INDEX xdr_mismatch ON xdr (day) WHERE reason <> 0;
CREATE INDEX xdr_batch ON xdr (batch_id);

CREATE TABLE call_day (
    day INTEGER PRIMARY KEY,
    state TEXT NOT NULL CHECK (state IN ('open', 'rerating', 'archiving', 'archived', 'restoring')),
    holder TEXT NOT NULL DEFAULT '',
    revision BIGINT NOT NULL DEFAULT 1,
    legs BIGINT NOT NULL DEFAULT 0,
    rated BIGINT NOT NULL DEFAULT 0,
    mismatched BIGINT NOT NULL DEFAULT 0,
    fresh BIGINT NOT NULL DEFAULT 0,
    rerating BIGINT NOT NULL DEFAULT 0,
    volume BIGINT NOT NULL DEFAULT 0,
    billed BIGINT NOT NULL DEFAULT 0,
    counted_at DOUBLE PRECISION,
    archive_place TEXT NOT NULL DEFAULT '',
    archive_sha256 TEXT NOT NULL DEFAULT '',
    archive_legs BIGINT NOT NULL DEFAULT 0,
    archived_at DOUBLE PRECISION,
    changed_at DOUBLE PRECISION NOT NULL
);

CREATE TABLE balance (
    organisation_id BIGINT PRIMARY KEY REFERENCES organisation (id),
    currency TEXT NOT NULL,
    amount BIGINT NOT NULL DEFAULT 0,
    invoiced_until INTEGER,
    changed_at DOUBLE PRECISION NOT NULL
);

CREATE TABLE entry (
    id {id},
    organisation_id BIGINT NOT NULL REFERENCES organisation (id),
    kind TEXT NOT NULL CHECK (kind IN ('calls', 'rerating', 'credit', 'charge', 'payment', 'refund')),
    ref_kind TEXT NOT NULL,
    ref_id BIGINT NOT NULL,
    currency TEXT NOT NULL,
    amount BIGINT NOT NULL,
    text TEXT NOT NULL DEFAULT '',
    at DOUBLE PRECISION NOT NULL
);
CREATE UNIQUE INDEX entry_once ON entry (organisation_id, kind, ref_kind, ref_id, currency);
CREATE INDEX entry_at ON entry (organisation_id, at);

CREATE TABLE rerating (
    id {id},
    state TEXT NOT NULL CHECK (state IN ('waiting', 'running', 'done', 'failed', 'cancelled')),
    first_day INTEGER NOT NULL,
    last_day INTEGER NOT NULL,
    filter TEXT NOT NULL,
    next_day INTEGER NOT NULL,
    next_id BIGINT NOT NULL DEFAULT 0,
    legs BIGINT NOT NULL DEFAULT 0,
    changed BIGINT NOT NULL DEFAULT 0,
    refused BIGINT NOT NULL DEFAULT 0,
    text TEXT NOT NULL DEFAULT '',
    asked_by TEXT NOT NULL,
    asked_at DOUBLE PRECISION NOT NULL,
    ended_at DOUBLE PRECISION
);
CREATE INDEX rerating_unfinished ON rerating (id) WHERE state IN ('waiting', 'running');

CREATE TABLE summary (
    hour INTEGER NOT NULL,
    origin SMALLINT NOT NULL,
    client_id BIGINT NOT NULL,
    account_id BIGINT NOT NULL,
    gateway TEXT NOT NULL,
    code TEXT NOT NULL,
    status SMALLINT NOT NULL,
    attempts BIGINT NOT NULL,
    answered BIGINT NOT NULL,
    volume BIGINT NOT NULL,
    billed BIGINT NOT NULL,
    cost BIGINT NOT NULL,
    pdd BIGINT NOT NULL,
    scd BIGINT NOT NULL,
    PRIMARY KEY (hour, origin, client_id, account_id, gateway, code, status)
);

CREATE TABLE summary_dirty (
    day INTEGER NOT NULL,
    client_id BIGINT NOT NULL,
    batch_id BIGINT NOT NULL,
    PRIMARY KEY (day, client_id, batch_id)
);
"""

KINDS = {
    "sqlite": {
        "{id}": "INTEGER PRIMARY KEY AUTOINCREMENT",
        "{part_id}": "INTEGER PRIMARY KEY AUTOINCREMENT",
        "{part_key}": "",
        "{partitioned}": "",
        "{bytes}": "BLOB",
    },
    "postgresql": {
        "{id}": "BIGINT GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY",
        "{part_id}": "BIGINT NOT NULL DEFAULT nextval('xdr_id')",
        "{part_key}": ",\n    PRIMARY KEY (day, id)",
        "{partitioned}": " PARTITION BY RANGE (day)",
        "{bytes}": "BYTEA",
    },
}


def up(migrator: object, db: object) -> None:
    """Create everything; a day's partition comes with its first leg."""
    database = "postgresql" if "Postgres" in type(db).__name__ else "sqlite"
    text = TABLES
    for mark, words in KINDS[database].items():
        text = text.replace(mark, words)
    if database == "postgresql":
        db.execute_sql("CREATE SEQUENCE xdr_id CACHE 1000")  # type: ignore[attr-defined]
    for statement in filter(str.strip, text.split(";")):
        db.execute_sql(statement)  # type: ignore[attr-defined]
