"""What calls are rated by: currencies, codes, rates, gateways, clients, their accounts, rules, files.

The columns are the fields of the kinds in `domain.objects`; prices and day rates in 10^-9, credit in
10^-6, times in epoch seconds; what is not said elsewhere is as in 0013. `object_version` counts what was
written to the objects of a name, so that who keeps them in memory knows when to read them again.
"""

from __future__ import annotations

OWN = """revision BIGINT NOT NULL DEFAULT 1,
    sample BOOLEAN NOT NULL DEFAULT FALSE,
    created_at DOUBLE PRECISION NOT NULL,
    changed_at DOUBLE PRECISION NOT NULL,
    archived_at DOUBLE PRECISION"""

TABLES = """
CREATE TABLE currency (
    id {id},
    code TEXT NOT NULL,
    title TEXT NOT NULL,
    decimals INTEGER NOT NULL,
    is_base BOOLEAN NOT NULL,
    carry_days INTEGER NOT NULL,
    note TEXT NOT NULL,
    {own}
);
CREATE UNIQUE INDEX currency_key ON currency (LOWER(code)) WHERE archived_at IS NULL;

CREATE TABLE day_rate (
    id {id},
    currency_id BIGINT NOT NULL REFERENCES currency (id),
    day TEXT NOT NULL,
    per_base BIGINT NOT NULL,
    {own}
);
CREATE UNIQUE INDEX day_rate_key ON day_rate (currency_id, LOWER(day)) WHERE archived_at IS NULL;

CREATE TABLE code_deck (
    id {id},
    name TEXT NOT NULL,
    note TEXT NOT NULL,
    {own}
);
CREATE UNIQUE INDEX code_deck_key ON code_deck (LOWER(name)) WHERE archived_at IS NULL;

CREATE TABLE deck_code (
    id {id},
    deck_id BIGINT NOT NULL REFERENCES code_deck (id),
    code TEXT NOT NULL,
    title TEXT NOT NULL,
    country TEXT NOT NULL,
    {own}
);
CREATE UNIQUE INDEX deck_code_key ON deck_code (deck_id, LOWER(code)) WHERE archived_at IS NULL;
CREATE INDEX deck_code_code ON deck_code (LOWER(code), id) WHERE archived_at IS NULL;

CREATE TABLE time_profile (
    id {id},
    name TEXT NOT NULL,
    zone TEXT NOT NULL,
    spans TEXT NOT NULL,
    note TEXT NOT NULL,
    {own}
);
CREATE UNIQUE INDEX time_profile_key ON time_profile (LOWER(name)) WHERE archived_at IS NULL;

CREATE TABLE rate_table (
    id {id},
    name TEXT NOT NULL,
    currency_id BIGINT NOT NULL REFERENCES currency (id),
    parent_id BIGINT REFERENCES rate_table (id),
    rounding TEXT NOT NULL,
    minimum_over_grace BOOLEAN NOT NULL,
    deck_id BIGINT REFERENCES code_deck (id),
    note TEXT NOT NULL,
    {own}
);
CREATE UNIQUE INDEX rate_table_key ON rate_table (LOWER(name)) WHERE archived_at IS NULL;
CREATE INDEX rate_table_currency ON rate_table (currency_id) WHERE archived_at IS NULL;
CREATE INDEX rate_table_parent ON rate_table (parent_id)
    WHERE archived_at IS NULL AND parent_id IS NOT NULL;
CREATE INDEX rate_table_deck ON rate_table (deck_id) WHERE archived_at IS NULL AND deck_id IS NOT NULL;

CREATE TABLE rate (
    id {id},
    rate_table_id BIGINT NOT NULL REFERENCES rate_table (id),
    code TEXT NOT NULL,
    price BIGINT NOT NULL,
    since BIGINT NOT NULL,
    until BIGINT,
    unit INTEGER NOT NULL CHECK (unit >= 1),
    setup BIGINT NOT NULL,
    minimum INTEGER NOT NULL,
    interval INTEGER NOT NULL CHECK (interval >= 1),
    grace INTEGER NOT NULL,
    src_code TEXT NOT NULL,
    tag TEXT NOT NULL,
    time_profile_id BIGINT REFERENCES time_profile (id),
    additive BOOLEAN NOT NULL,
    {own}
);
CREATE UNIQUE INDEX rate_key ON rate
    (rate_table_id, code, since, src_code, tag, COALESCE(time_profile_id, 0), additive)
    WHERE archived_at IS NULL;
CREATE INDEX rate_code ON rate (LOWER(code), id) WHERE archived_at IS NULL;
CREATE INDEX rate_time_profile ON rate (time_profile_id)
    WHERE archived_at IS NULL AND time_profile_id IS NOT NULL;

CREATE TABLE gateway (
    id {id},
    name TEXT NOT NULL,
    source_of_record TEXT NOT NULL,
    addresses TEXT NOT NULL,
    zone TEXT NOT NULL,
    enabled BOOLEAN NOT NULL,
    note TEXT NOT NULL,
    {own}
);
CREATE UNIQUE INDEX gateway_key ON gateway (LOWER(name)) WHERE archived_at IS NULL;

CREATE TABLE voice_client (
    id {id},
    organisation_id BIGINT NOT NULL REFERENCES organisation (id),
    currency_id BIGINT NOT NULL REFERENCES currency (id),
    orig_table_id BIGINT REFERENCES rate_table (id),
    term_table_id BIGINT REFERENCES rate_table (id),
    credit BIGINT NOT NULL,
    zone TEXT NOT NULL,
    enabled BOOLEAN NOT NULL,
    note TEXT NOT NULL,
    {own}
);
CREATE UNIQUE INDEX voice_client_key ON voice_client (organisation_id) WHERE archived_at IS NULL;
CREATE INDEX voice_client_currency ON voice_client (currency_id) WHERE archived_at IS NULL;
CREATE INDEX voice_client_orig_table ON voice_client (orig_table_id)
    WHERE archived_at IS NULL AND orig_table_id IS NOT NULL;
CREATE INDEX voice_client_term_table ON voice_client (term_table_id)
    WHERE archived_at IS NULL AND term_table_id IS NOT NULL;

CREATE TABLE voice_account (
    id {id},
    name TEXT NOT NULL,
    client_id BIGINT NOT NULL REFERENCES organisation (id),
    kind TEXT NOT NULL,
    value TEXT NOT NULL,
    pin TEXT NOT NULL,
    tech_prefix TEXT NOT NULL,
    gateway_id BIGINT REFERENCES gateway (id),
    origin TEXT NOT NULL,
    rate_table_id BIGINT REFERENCES rate_table (id),
    translations TEXT NOT NULL,
    tags TEXT NOT NULL,
    note TEXT NOT NULL,
    {own}
);
CREATE UNIQUE INDEX voice_account_key ON voice_account (LOWER(name)) WHERE archived_at IS NULL;
CREATE UNIQUE INDEX voice_account_calls ON voice_account
    (origin, kind, value, tech_prefix, COALESCE(gateway_id, 0))
    WHERE archived_at IS NULL AND kind <> 'pin';
CREATE INDEX voice_account_client ON voice_account (client_id) WHERE archived_at IS NULL;
CREATE INDEX voice_account_gateway ON voice_account (gateway_id)
    WHERE archived_at IS NULL AND gateway_id IS NOT NULL;
CREATE INDEX voice_account_rate_table ON voice_account (rate_table_id)
    WHERE archived_at IS NULL AND rate_table_id IS NOT NULL;

CREATE TABLE traffic_rule (
    id {id},
    name TEXT NOT NULL,
    stage TEXT NOT NULL,
    position INTEGER NOT NULL,
    until BIGINT,
    origin TEXT NOT NULL,
    gateway_id BIGINT REFERENCES gateway (id),
    client_id BIGINT REFERENCES organisation (id),
    account_id BIGINT REFERENCES voice_account (id),
    tags TEXT NOT NULL,
    dst TEXT NOT NULL,
    not_dst TEXT NOT NULL,
    src TEXT NOT NULL,
    not_src TEXT NOT NULL,
    codes TEXT NOT NULL,
    add_tags TEXT NOT NULL,
    strip_dst INTEGER NOT NULL,
    add_dst TEXT NOT NULL,
    strip_src INTEGER NOT NULL,
    add_src TEXT NOT NULL,
    verdict TEXT NOT NULL,
    enabled BOOLEAN NOT NULL,
    note TEXT NOT NULL,
    {own}
);
CREATE UNIQUE INDEX traffic_rule_key ON traffic_rule (LOWER(name)) WHERE archived_at IS NULL;
CREATE INDEX traffic_rule_gateway ON traffic_rule (gateway_id)
    WHERE archived_at IS NULL AND gateway_id IS NOT NULL;
CREATE INDEX traffic_rule_client ON traffic_rule (client_id)
    WHERE archived_at IS NULL AND client_id IS NOT NULL;
CREATE INDEX traffic_rule_account ON traffic_rule (account_id)
    WHERE archived_at IS NULL AND account_id IS NOT NULL;

CREATE TABLE data_source (
    id {id},
    name TEXT NOT NULL,
    protocol TEXT NOT NULL,
    host TEXT NOT NULL,
    port INTEGER NOT NULL,
    username TEXT NOT NULL,
    password TEXT NOT NULL,
    private_key TEXT NOT NULL,
    host_key TEXT NOT NULL,
    ca_file TEXT NOT NULL,
    folder TEXT NOT NULL,
    mask TEXT NOT NULL,
    finished_after INTEGER NOT NULL,
    after TEXT NOT NULL,
    move_to TEXT NOT NULL,
    save_to TEXT NOT NULL,
    enabled BOOLEAN NOT NULL,
    note TEXT NOT NULL,
    {own}
);
CREATE UNIQUE INDEX data_source_key ON data_source (LOWER(name)) WHERE archived_at IS NULL;

CREATE TABLE collector (
    id {id},
    name TEXT NOT NULL,
    gateway_id BIGINT NOT NULL REFERENCES gateway (id),
    folder TEXT NOT NULL,
    mask TEXT NOT NULL,
    format TEXT NOT NULL,
    settings TEXT NOT NULL,
    zone TEXT NOT NULL,
    finished_after INTEGER NOT NULL,
    archive TEXT NOT NULL,
    enabled BOOLEAN NOT NULL,
    note TEXT NOT NULL,
    {own}
);
CREATE UNIQUE INDEX collector_key ON collector (LOWER(name)) WHERE archived_at IS NULL;
CREATE INDEX collector_gateway ON collector (gateway_id) WHERE archived_at IS NULL;

CREATE TABLE object_version (
    name TEXT PRIMARY KEY,
    version BIGINT NOT NULL
)
"""

IDENTITY = {
    "sqlite": "INTEGER PRIMARY KEY AUTOINCREMENT",
    "postgresql": "BIGINT GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY",
}


def up(migrator: object, db: object) -> None:
    """Create everything."""
    identity = IDENTITY["postgresql" if "Postgres" in type(db).__name__ else "sqlite"]
    for statement in filter(str.strip, TABLES.split(";")):
        db.execute_sql(statement.replace("{id}", identity).replace("{own}", OWN))  # type: ignore[attr-defined]
