-- How items have been used: outside the journal and the state hash.
CREATE TABLE use (
    space        INTEGER NOT NULL,
    no           INTEGER NOT NULL,
    uses         INTEGER NOT NULL,
    strength     REAL    NOT NULL,
    last_used_at INTEGER,           -- NULL: shown, but never used
    utility      REAL    NOT NULL,
    PRIMARY KEY (space, no)
) WITHOUT ROWID;
