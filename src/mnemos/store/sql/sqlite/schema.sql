-- One file, usually one space. Times are microseconds since 1970 UTC. Rows are immutable but for
-- the visible_to columns; only erase deletes.

CREATE TABLE space (
    space        INTEGER PRIMARY KEY,
    settings     TEXT    NOT NULL,  -- canonical JSON: language, time zone, analysis
    head_seq     INTEGER NOT NULL,
    head_hash    BLOB    NOT NULL,
    recorded_at  INTEGER NOT NULL,
    next_no      INTEGER NOT NULL,
    next_row     INTEGER NOT NULL,
    folded       INTEGER NOT NULL,
    live         INTEGER NOT NULL,
    total_length INTEGER NOT NULL,
    epoch        INTEGER NOT NULL
);

CREATE TABLE state_sum (
    space INTEGER PRIMARY KEY,
    sum   BLOB NOT NULL
);

CREATE TABLE scope (
    space    INTEGER NOT NULL,
    scope_no INTEGER NOT NULL,
    label    TEXT    NOT NULL,  -- canonical JSON of the three, for uniqueness
    user     TEXT,
    agent    TEXT,
    session  TEXT,
    PRIMARY KEY (space, scope_no)
) WITHOUT ROWID;
CREATE UNIQUE INDEX scope_label ON scope (space, label);

CREATE TABLE name (
    space INTEGER NOT NULL,
    list  TEXT    NOT NULL,  -- speaker, kind or recipe
    no    INTEGER NOT NULL,
    name  TEXT    NOT NULL,
    PRIMARY KEY (space, list, no)
) WITHOUT ROWID;
CREATE UNIQUE INDEX name_name ON name (space, list, name);

-- What was said, once, shared by all versions of its item.
CREATE TABLE text (
    space INTEGER NOT NULL,
    no    INTEGER NOT NULL,
    body  TEXT    NOT NULL,  -- a BLOB of UTF-8 with surrogates where TEXT cannot hold it
    PRIMARY KEY (space, no)
);

CREATE TABLE item (
    space         INTEGER NOT NULL,
    no            INTEGER NOT NULL,
    visible_from  INTEGER NOT NULL,
    visible_to    INTEGER,
    id            TEXT    NOT NULL,
    kind_no       INTEGER NOT NULL,
    scope_no      INTEGER NOT NULL,
    position      INTEGER NOT NULL,
    role          TEXT,
    speaker_no    INTEGER NOT NULL,
    ref           TEXT,
    said_at       INTEGER NOT NULL,
    said_at_given INTEGER NOT NULL,
    event_from    INTEGER,
    event_to      INTEGER,
    valid_from    INTEGER,
    valid_to      INTEGER,
    recorded_at   INTEGER NOT NULL,
    expires_at    INTEGER,
    status        TEXT    NOT NULL,
    sources       TEXT,
    supersedes    TEXT,
    trust         REAL    NOT NULL,
    metadata      TEXT,
    attrs         TEXT,
    made_by       TEXT    NOT NULL,
    PRIMARY KEY (space, no, visible_from)
) WITHOUT ROWID;
CREATE INDEX item_id ON item (space, id);
CREATE INDEX item_position ON item (space, scope_no, position);
CREATE INDEX item_ref ON item (space, scope_no, ref) WHERE ref IS NOT NULL;
CREATE INDEX item_special ON item (space, visible_to, status, expires_at)
    WHERE status <> 'active' OR expires_at IS NOT NULL;

-- An item with its names spelled out and its text.
CREATE VIEW whole_item AS
SELECT item.space, item.no, visible_from, visible_to, id, kind.name AS kind, user, agent, session,
       position, role, speaker.name AS speaker, ref, said_at, said_at_given, event_from, event_to,
       valid_from, valid_to, recorded_at, expires_at, status, sources, supersedes, trust, metadata,
       attrs, made_by, body
  FROM item
  JOIN text ON text.space = item.space AND text.no = item.no
  JOIN scope ON scope.space = item.space AND scope.scope_no = item.scope_no
  JOIN name AS kind ON kind.space = item.space AND kind.list = 'kind' AND kind.no = item.kind_no
  LEFT JOIN name AS speaker
    ON speaker.space = item.space AND speaker.list = 'speaker' AND speaker.no = item.speaker_no;

-- From which item another was derived: what erase follows.
CREATE TABLE source (
    space  INTEGER NOT NULL,
    source TEXT    NOT NULL,
    no     INTEGER NOT NULL,
    PRIMARY KEY (space, source, no)
) WITHOUT ROWID;

CREATE TABLE key (
    space        INTEGER NOT NULL,
    no           INTEGER NOT NULL,
    item_no      INTEGER NOT NULL,
    visible_from INTEGER NOT NULL,
    visible_to   INTEGER,
    value        TEXT    NOT NULL,  -- canonical JSON
    PRIMARY KEY (space, no)
) WITHOUT ROWID;
CREATE INDEX key_item ON key (space, item_no);
CREATE INDEX key_ended ON key (space, no) WHERE visible_to IS NOT NULL;

CREATE TABLE link (
    space        INTEGER NOT NULL,
    no           INTEGER NOT NULL,
    source       TEXT    NOT NULL,
    target       TEXT    NOT NULL,
    visible_from INTEGER NOT NULL,
    visible_to   INTEGER,
    value        TEXT    NOT NULL,
    PRIMARY KEY (space, no)
) WITHOUT ROWID;
CREATE INDEX link_source ON link (space, source);
CREATE INDEX link_target ON link (space, target);

CREATE TABLE state (
    space        INTEGER NOT NULL,
    no           INTEGER NOT NULL,
    name         TEXT    NOT NULL,
    visible_from INTEGER NOT NULL,
    visible_to   INTEGER,
    value        TEXT    NOT NULL,
    PRIMARY KEY (space, no)
) WITHOUT ROWID;
CREATE INDEX state_name ON state (space, name);

CREATE TABLE event (
    space       INTEGER NOT NULL,
    seq         INTEGER NOT NULL,
    recorded_at INTEGER NOT NULL,
    actor       TEXT    NOT NULL,
    op          TEXT    NOT NULL,
    why         TEXT    NOT NULL,
    body        TEXT    NOT NULL,  -- canonical JSON of what only some events have
    nonce       BLOB,              -- of actor, why and body
    commitment  BLOB    NOT NULL,  -- by which the chain vouches for them
    next_no     INTEGER NOT NULL,
    hash        BLOB    NOT NULL,
    PRIMARY KEY (space, seq)
) WITHOUT ROWID;
CREATE INDEX event_recorded_at ON event (space, recorded_at, seq);

CREATE TABLE entry (
    space      INTEGER NOT NULL,
    seq        INTEGER NOT NULL,
    ordinal    INTEGER NOT NULL,
    kind       TEXT    NOT NULL,
    no         INTEGER NOT NULL,
    nonce      BLOB,             -- NULL once the row has been erased
    commitment BLOB    NOT NULL,
    PRIMARY KEY (space, seq, ordinal)
) WITHOUT ROWID;

CREATE TABLE request (
    space      INTEGER NOT NULL,
    request_id TEXT    NOT NULL,
    op         TEXT    NOT NULL,
    seq        INTEGER NOT NULL,
    nonce      BLOB,             -- NULL once an item it names was erased
    digest     BLOB    NOT NULL,
    receipt    TEXT    NOT NULL,
    PRIMARY KEY (space, request_id)
) WITHOUT ROWID;
CREATE INDEX request_seq ON request (space, seq);

CREATE TABLE erased (
    space INTEGER NOT NULL,
    id    TEXT    NOT NULL,
    seq   INTEGER NOT NULL,
    PRIMARY KEY (space, id)
) WITHOUT ROWID;

-- The lexical index: rebuilt from the rest by replay.

CREATE TABLE tail (
    space  INTEGER NOT NULL,
    no     INTEGER NOT NULL,
    record BLOB    NOT NULL,
    terms  TEXT    NOT NULL,
    tf     BLOB    NOT NULL,
    PRIMARY KEY (space, no)
) WITHOUT ROWID;

CREATE TABLE segment (
    space   INTEGER NOT NULL,
    segment INTEGER NOT NULL,
    records BLOB    NOT NULL,
    PRIMARY KEY (space, segment)
);

CREATE TABLE posting (
    space   INTEGER NOT NULL,
    term    TEXT    NOT NULL,
    segment INTEGER NOT NULL,
    packed  BLOB    NOT NULL,
    PRIMARY KEY (space, term, segment)
) WITHOUT ROWID;

CREATE TABLE gram (
    space INTEGER NOT NULL,
    gram  TEXT    NOT NULL,
    term  TEXT    NOT NULL,
    PRIMARY KEY (space, gram, term)
) WITHOUT ROWID;

-- Vectors: an index, too; made again from the texts by a model.

CREATE TABLE embedder (
    space      INTEGER NOT NULL,
    no         INTEGER NOT NULL,
    name       TEXT    NOT NULL,
    revision   TEXT    NOT NULL,
    dimension  INTEGER NOT NULL,
    state      TEXT    NOT NULL,  -- serving, building or dropped
    clock      INTEGER NOT NULL,  -- raised by each transaction that writes vectors
    PRIMARY KEY (space, no)
) WITHOUT ROWID;
CREATE UNIQUE INDEX embedder_state ON embedder (space, state) WHERE state <> 'dropped';

-- Sentence and token vectors of a document, as sign bits.
CREATE TABLE vector (
    space       INTEGER NOT NULL,
    embedder    INTEGER NOT NULL,
    no          INTEGER NOT NULL,
    block       INTEGER NOT NULL,  -- first document of those it was encoded with
    provisional INTEGER NOT NULL,
    data        BLOB    NOT NULL,
    PRIMARY KEY (space, embedder, no)
);
CREATE INDEX vector_block ON vector (space, embedder, block, no);

-- One vector a document, as sign bits, of 128 documents.
CREATE TABLE scan (
    space    INTEGER NOT NULL,
    embedder INTEGER NOT NULL,
    segment  INTEGER NOT NULL,
    clock    INTEGER NOT NULL,  -- the embedder's at the last write
    signs    BLOB    NOT NULL,
    PRIMARY KEY (space, embedder, segment)
);
CREATE INDEX scan_clock ON scan (space, embedder, clock);

-- Scopes with something to encode.
CREATE TABLE queue (
    space      INTEGER NOT NULL,
    embedder   INTEGER NOT NULL,
    scope_no   INTEGER NOT NULL,
    seq        INTEGER NOT NULL,  -- the newest event that changed what it wants
    first_no   INTEGER NOT NULL,  -- no document before this one wants anything
    attempts   INTEGER NOT NULL,
    not_before INTEGER NOT NULL,
    error      TEXT    NOT NULL,
    PRIMARY KEY (space, embedder, scope_no)
) WITHOUT ROWID;

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
