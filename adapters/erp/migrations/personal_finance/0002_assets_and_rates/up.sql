-- Version 0002: categories of their own, balances kept by triggers, assets, and rates between currencies.

CREATE TABLE categories (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE
);
INSERT INTO categories (name) SELECT category FROM operations WHERE category <> '' GROUP BY category ORDER BY min(id);

CREATE TABLE new_operations (
    id INTEGER PRIMARY KEY,
    account_id INTEGER NOT NULL REFERENCES accounts (id) ON DELETE RESTRICT,
    category_id INTEGER REFERENCES categories (id) ON DELETE RESTRICT,
    made_on TEXT NOT NULL,
    amount_minor INTEGER NOT NULL,
    note TEXT
);
INSERT INTO new_operations (id, account_id, category_id, made_on, amount_minor, note)
SELECT o.id, o.account_id, c.id, o.made_on, o.amount_minor, o.note
FROM operations o LEFT JOIN categories c ON c.name = o.category;
DROP TABLE operations;
ALTER TABLE new_operations RENAME TO operations;
CREATE INDEX operations_by_account ON operations (account_id, made_on);
CREATE INDEX operations_by_category ON operations (category_id);

ALTER TABLE accounts ADD COLUMN balance_minor INTEGER NOT NULL DEFAULT 0;
UPDATE accounts SET balance_minor = opening_minor
    + coalesce((SELECT sum(amount_minor) FROM operations WHERE account_id = accounts.id), 0);

CREATE TRIGGER accounts_open AFTER INSERT ON accounts BEGIN
    UPDATE accounts SET balance_minor = new.opening_minor WHERE id = new.id;
END;
CREATE TRIGGER accounts_reopen AFTER UPDATE OF opening_minor ON accounts BEGIN
    UPDATE accounts SET balance_minor = balance_minor - old.opening_minor + new.opening_minor WHERE id = new.id;
END;
CREATE TRIGGER operations_add AFTER INSERT ON operations BEGIN
    UPDATE accounts SET balance_minor = balance_minor + new.amount_minor WHERE id = new.account_id;
END;
CREATE TRIGGER operations_change AFTER UPDATE OF account_id, amount_minor ON operations BEGIN
    UPDATE accounts SET balance_minor = balance_minor - old.amount_minor WHERE id = old.account_id;
    UPDATE accounts SET balance_minor = balance_minor + new.amount_minor WHERE id = new.account_id;
END;
CREATE TRIGGER operations_remove AFTER DELETE ON operations BEGIN
    UPDATE accounts SET balance_minor = balance_minor - old.amount_minor WHERE id = old.account_id;
END;

CREATE TABLE assets (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('property', 'vehicle', 'metal', 'shares', 'other')),
    currency TEXT NOT NULL,
    bought_on TEXT,
    cost_minor INTEGER NOT NULL DEFAULT 0,
    value_minor INTEGER NOT NULL
);

-- How much one unit of a currency was worth in the owner's own, in millionths.
CREATE TABLE rates (
    currency TEXT NOT NULL,
    day TEXT NOT NULL,
    rate INTEGER NOT NULL CHECK (rate > 0),
    PRIMARY KEY (currency, day)
) WITHOUT ROWID;
