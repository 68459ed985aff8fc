-- keys of a directory of memories; of a token only its SHA-256 is kept
CREATE TABLE IF NOT EXISTS keys (
  id         TEXT PRIMARY KEY,
  digest     BLOB NOT NULL,
  tenant     TEXT NOT NULL,
  rights     TEXT NOT NULL,
  user       TEXT,
  note       TEXT NOT NULL,
  made_at    TEXT NOT NULL,
  revoked_at TEXT
) WITHOUT ROWID;
