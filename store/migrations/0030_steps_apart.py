"""Steps that reach outside have runs of their own, so that they never delay the prompt ones.

`run.apart`: the run is of such a step alone; it counts by itself against the service's limit of parallel
runs, and stands for no planned time. `run_step.own_run`: the run that carries the step out, of one whose
state is ``apart``.
"""

from __future__ import annotations

STATES = "'running', 'done', 'failed', 'stopped', 'not_due', 'off', 'apart'"
COLUMNS = "run_id, n, title, state, counts, error, started_at, ended_at, service"

POSTGRESQL = f"""
ALTER TABLE run ADD COLUMN apart BOOLEAN NOT NULL DEFAULT FALSE;
ALTER TABLE run_step DROP CONSTRAINT run_step_state_check;
ALTER TABLE run_step ADD CONSTRAINT run_step_state_check CHECK (state IN ({STATES})) NOT VALID;
ALTER TABLE run_step ADD COLUMN own_run BIGINT
"""

#: SQLite cannot change what a column may hold: the table is made anew.
SQLITE = f"""
ALTER TABLE run ADD COLUMN apart BOOLEAN NOT NULL DEFAULT FALSE;
CREATE TABLE run_step_new (
    run_id BIGINT NOT NULL REFERENCES run (id) ON DELETE CASCADE,
    n INTEGER NOT NULL,
    title TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ({STATES})),
    counts TEXT,
    error TEXT,
    started_at DOUBLE PRECISION NOT NULL,
    ended_at DOUBLE PRECISION,
    service TEXT,
    own_run BIGINT,
    PRIMARY KEY (run_id, n)
);
INSERT INTO run_step_new ({COLUMNS}) SELECT {COLUMNS} FROM run_step;
DROP TABLE run_step;
ALTER TABLE run_step_new RENAME TO run_step;
CREATE INDEX run_step_history ON run_step (service, title, run_id) WHERE service IS NOT NULL
"""


def up(migrator: object, db: object) -> None:
    """Make room for them."""
    statements = POSTGRESQL if "Postgres" in type(db).__name__ else SQLITE
    for statement in filter(str.strip, statements.split(";")):
        db.execute_sql(statement)  # type: ignore[attr-defined]
