"""Users that sign in through an identity provider, and sign-ins that are under way there.

`user_identity` says who of a provider a user is. Without a subject an admin has linked the user, and
the first that comes with this name takes the place. A user without a password of their own has an empty
one. `oidc_sign_in` keeps hashes of what the provider and the browser hold; each row serves once.
"""

from __future__ import annotations

TABLES = """
CREATE TABLE user_identity (
    user_id BIGINT PRIMARY KEY REFERENCES app_user (id) ON DELETE CASCADE,
    issuer TEXT NOT NULL,
    subject TEXT,
    made_by_sign_in BOOLEAN NOT NULL DEFAULT FALSE,
    linked_at DOUBLE PRECISION NOT NULL
);
CREATE UNIQUE INDEX user_identity_subject ON user_identity (issuer, subject);

CREATE TABLE oidc_sign_in (
    state TEXT PRIMARY KEY,
    browser TEXT NOT NULL,
    wanted TEXT NOT NULL,
    started_at DOUBLE PRECISION NOT NULL
);
CREATE INDEX oidc_sign_in_started ON oidc_sign_in (started_at);
"""


def up(migrator: object, db: object) -> None:
    """Create both tables, empty."""
    for statement in filter(str.strip, TABLES.split(";")):
        db.execute_sql(statement)  # type: ignore[attr-defined]
