-- Version 0001: the owner's own accounts and what comes and goes. Money is in minor units.

PRAGMA application_id = 1329811526; -- "OCPF"

CREATE TABLE settings (
    key TEXT NOT NULL PRIMARY KEY,
    value TEXT NOT NULL
) WITHOUT ROWID;

CREATE TABLE accounts (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    currency TEXT NOT NULL,
    opening_minor INTEGER NOT NULL DEFAULT 0
);

CREATE TABLE operations (
    id INTEGER PRIMARY KEY,
    account_id INTEGER NOT NULL REFERENCES accounts (id) ON DELETE RESTRICT,
    made_on TEXT NOT NULL,
    amount_minor INTEGER NOT NULL,
    category TEXT NOT NULL DEFAULT '',
    note TEXT
);
CREATE INDEX operations_by_account ON operations (account_id, made_on);

INSERT INTO settings (key, value) VALUES ('currency', 'EUR');
