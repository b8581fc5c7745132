/**
 * The schema, one step per entry; `PRAGMA user_version` counts how many were applied. Steps are only ever appended.
 * Times are epoch milliseconds. Tokens and session identifiers are kept as SHA-256, passwords as HA1 (RFC 7616 §3.4.2):
 * a copy of the file signs nobody in, except that an HA1 is as good as its password for this one realm.
 */
export const MIGRATIONS: readonly string[] = [
  `
  CREATE TABLE settings (
    name  TEXT PRIMARY KEY,
    value TEXT NOT NULL
  ) STRICT;

  CREATE TABLE accounts (
    user       TEXT PRIMARY KEY,
    name       TEXT NOT NULL,
    extension  TEXT NOT NULL UNIQUE,
    created_at INTEGER NOT NULL
  ) STRICT;

  CREATE TABLE logins (
    username   TEXT PRIMARY KEY,
    user       TEXT NOT NULL REFERENCES accounts (user) ON DELETE CASCADE,
    kind       TEXT NOT NULL CHECK (kind IN ('device', 'password')),
    label      TEXT NOT NULL,
    ha1_md5    TEXT NOT NULL,
    ha1_sha256 TEXT NOT NULL,
    created_at INTEGER NOT NULL
  ) STRICT;
  CREATE INDEX logins_by_user ON logins (user);

  CREATE TABLE links (
    token_hash BLOB PRIMARY KEY,
    invitation TEXT NOT NULL,
    user       TEXT NOT NULL REFERENCES accounts (user) ON DELETE CASCADE,
    expires_at INTEGER NOT NULL,
    used_at    INTEGER
  ) STRICT;
  CREATE INDEX links_by_invitation ON links (invitation);

  CREATE TABLE sessions (
    id_hash BLOB PRIMARY KEY,
    seen_at INTEGER NOT NULL
  ) STRICT;

  CREATE TABLE session_accounts (
    session  BLOB NOT NULL REFERENCES sessions (id_hash) ON DELETE CASCADE,
    aor      TEXT NOT NULL,
    username TEXT,
    PRIMARY KEY (session, aor)
  ) STRICT;

  CREATE TABLE bindings (
    aor        TEXT NOT NULL,
    key        TEXT NOT NULL,
    expires_at INTEGER NOT NULL,
    record     TEXT NOT NULL,
    PRIMARY KEY (aor, key)
  ) STRICT;
  `,
];
