-- The first catalog: the tables mirror `State`. `seal` is a checksum over the other columns of its row.
-- No foreign keys: what belongs together is decided by `Change::apply` alone, and these tables follow it.

CREATE TABLE policy (
    id         INTEGER PRIMARY KEY NOT NULL CHECK (id = 1),
    daily      INTEGER NOT NULL,
    weekly     INTEGER NOT NULL,
    monthly    INTEGER NOT NULL,
    yearly     INTEGER NOT NULL,
    safeguards INTEGER NOT NULL,
    manual     INTEGER NOT NULL,
    ring       INTEGER NOT NULL,
    budget     INTEGER NOT NULL,
    undo_depth INTEGER NOT NULL,
    seal       INTEGER NOT NULL
) STRICT;

CREATE TABLE counters (
    id             INTEGER PRIMARY KEY NOT NULL CHECK (id = 1),
    next_snapshot  INTEGER NOT NULL,
    next_operation INTEGER NOT NULL,
    seal           INTEGER NOT NULL
) STRICT;

CREATE TABLE workspaces (
    position           INTEGER PRIMARY KEY NOT NULL,
    workspace          TEXT    NOT NULL UNIQUE,
    name               TEXT    NOT NULL,
    database           TEXT    NOT NULL,
    schema             TEXT,
    folder             TEXT    NOT NULL,
    identity           TEXT,
    frozen             TEXT,
    cliff_expected     INTEGER NOT NULL CHECK (cliff_expected IN (0, 1)),
    unchanged_size     INTEGER,
    unchanged_modified INTEGER,
    unchanged_inode    INTEGER,
    unchanged_device   INTEGER,
    seal               INTEGER NOT NULL,
    -- The last time that the live files were left alone is known in whole or not at all.
    CHECK ((unchanged_size IS NULL) = (unchanged_modified IS NULL)
       AND (unchanged_size IS NULL) = (unchanged_inode IS NULL)
       AND (unchanged_size IS NULL) = (unchanged_device IS NULL))
) STRICT;

CREATE TABLE snapshots (
    id        INTEGER PRIMARY KEY NOT NULL,
    workspace TEXT    NOT NULL,
    slot      TEXT    NOT NULL, -- the file name
    trigger   TEXT    NOT NULL,
    taken_at  TEXT    NOT NULL, -- UTC, RFC 3339
    zone      TEXT    NOT NULL, -- of the shop
    digest    TEXT    NOT NULL,
    size      INTEGER NOT NULL,
    modified  INTEGER NOT NULL,
    inode     INTEGER NOT NULL,
    device    INTEGER NOT NULL,
    level     TEXT    NOT NULL,
    pin       TEXT,
    facts     TEXT    NOT NULL CHECK (json_valid(facts)),
    suspect   TEXT,             -- why it is not trusted; NULL while it is
    seal      INTEGER NOT NULL
) STRICT;

CREATE TABLE undo_points (
    position  INTEGER PRIMARY KEY NOT NULL,
    workspace TEXT    NOT NULL,
    safeguard INTEGER,
    source    TEXT    NOT NULL,
    seal      INTEGER NOT NULL
) STRICT;

-- As JSON, because nobody asks for a part of it. A release that reads an operation's JSON differently adds a migration
-- that empties this table: recovery is planned from what is on disk.
CREATE TABLE operation (
    id      INTEGER PRIMARY KEY NOT NULL CHECK (id = 1),
    content TEXT    NOT NULL CHECK (json_valid(content)),
    seal    INTEGER NOT NULL
) STRICT;

CREATE TABLE journal (
    position  INTEGER PRIMARY KEY NOT NULL,
    at        TEXT    NOT NULL,
    zone      TEXT    NOT NULL,
    workspace TEXT,
    moment    TEXT    NOT NULL,
    ending    TEXT    NOT NULL,
    text      TEXT    NOT NULL,
    seal      INTEGER NOT NULL
) STRICT;
