-- Version 0002: buyers become clients, a sale has lines, and money has accounts, categories and operations.

DROP TRIGGER sales_take_stock;

CREATE TABLE clients (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL,
    phone TEXT,
    email TEXT,
    city TEXT,
    note TEXT,
    since TEXT
);
CREATE INDEX clients_by_name ON clients (name);

-- Every way of writing a buyer's name is kept as its own client; merging is the owner's decision.
INSERT INTO clients (name, since)
SELECT buyer, min(sold_on) FROM sales WHERE buyer <> '' GROUP BY buyer ORDER BY min(id);

CREATE TABLE new_sales (
    id INTEGER PRIMARY KEY,
    number TEXT NOT NULL UNIQUE,
    client_id INTEGER REFERENCES clients (id) ON DELETE RESTRICT,
    sold_on TEXT NOT NULL,
    discount_minor INTEGER NOT NULL DEFAULT 0 CHECK (discount_minor >= 0),
    total_minor INTEGER NOT NULL,
    note TEXT
);
INSERT INTO new_sales (id, number, client_id, sold_on, total_minor)
SELECT id, printf('S-%06d', id), (SELECT c.id FROM clients c WHERE c.name = s.buyer), sold_on, pieces * price_minor
FROM sales s;

CREATE TABLE sale_lines (
    id INTEGER PRIMARY KEY,
    sale_id INTEGER NOT NULL REFERENCES sales (id) ON DELETE CASCADE,
    good_id INTEGER NOT NULL REFERENCES goods (id) ON DELETE RESTRICT,
    pieces INTEGER NOT NULL CHECK (pieces > 0),
    price_minor INTEGER NOT NULL CHECK (price_minor >= 0)
);
INSERT INTO sale_lines (id, sale_id, good_id, pieces, price_minor)
SELECT id, id, good_id, pieces, price_minor FROM sales;

DROP TABLE sales;
ALTER TABLE new_sales RENAME TO sales;
CREATE INDEX sales_by_day ON sales (sold_on);
CREATE INDEX sales_by_client ON sales (client_id);
CREATE INDEX sale_lines_by_sale ON sale_lines (sale_id);
CREATE INDEX sale_lines_by_good ON sale_lines (good_id);

CREATE TABLE accounts (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    kind TEXT NOT NULL CHECK (kind IN ('cash', 'card', 'bank')),
    opening_minor INTEGER NOT NULL DEFAULT 0,
    balance_minor INTEGER NOT NULL DEFAULT 0
);
CREATE TABLE cash_categories (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    direction TEXT NOT NULL CHECK (direction IN ('in', 'out', 'transfer'))
);
CREATE TABLE cash_operations (
    id INTEGER PRIMARY KEY,
    account_id INTEGER NOT NULL REFERENCES accounts (id) ON DELETE RESTRICT,
    category_id INTEGER NOT NULL REFERENCES cash_categories (id) ON DELETE RESTRICT,
    made_on TEXT NOT NULL,
    amount_minor INTEGER NOT NULL,
    sale_id INTEGER REFERENCES sales (id) ON DELETE RESTRICT,
    purchase_id INTEGER REFERENCES purchases (id) ON DELETE RESTRICT,
    note TEXT
);
CREATE INDEX cash_operations_by_account ON cash_operations (account_id, made_on);
CREATE INDEX cash_operations_by_category ON cash_operations (category_id);
CREATE INDEX cash_operations_by_sale ON cash_operations (sale_id) WHERE sale_id IS NOT NULL;
CREATE INDEX cash_operations_by_purchase ON cash_operations (purchase_id) WHERE purchase_id IS NOT NULL;

CREATE TRIGGER sale_lines_take_stock AFTER INSERT ON sale_lines BEGIN
    UPDATE goods SET stock = stock - new.pieces WHERE id = new.good_id;
END;
CREATE TRIGGER sale_lines_change_stock AFTER UPDATE OF good_id, pieces ON sale_lines BEGIN
    UPDATE goods SET stock = stock + old.pieces WHERE id = old.good_id;
    UPDATE goods SET stock = stock - new.pieces WHERE id = new.good_id;
END;
CREATE TRIGGER sale_lines_return_stock AFTER DELETE ON sale_lines BEGIN
    UPDATE goods SET stock = stock + old.pieces WHERE id = old.good_id;
END;

CREATE TRIGGER accounts_open AFTER INSERT ON accounts BEGIN
    UPDATE accounts SET balance_minor = new.opening_minor WHERE id = new.id;
END;
CREATE TRIGGER accounts_reopen AFTER UPDATE OF opening_minor ON accounts BEGIN
    UPDATE accounts SET balance_minor = balance_minor - old.opening_minor + new.opening_minor WHERE id = new.id;
END;
CREATE TRIGGER cash_operations_add AFTER INSERT ON cash_operations BEGIN
    UPDATE accounts SET balance_minor = balance_minor + new.amount_minor WHERE id = new.account_id;
END;
CREATE TRIGGER cash_operations_change AFTER UPDATE OF account_id, amount_minor ON cash_operations BEGIN
    UPDATE accounts SET balance_minor = balance_minor - old.amount_minor WHERE id = old.account_id;
    UPDATE accounts SET balance_minor = balance_minor + new.amount_minor WHERE id = new.account_id;
END;
CREATE TRIGGER cash_operations_remove AFTER DELETE ON cash_operations BEGIN
    UPDATE accounts SET balance_minor = balance_minor - old.amount_minor WHERE id = old.account_id;
END;

INSERT INTO accounts (id, name, kind) VALUES (1, 'Cash box', 'cash'), (2, 'Card terminal', 'card'), (3, 'Bank', 'bank');
INSERT INTO cash_categories (id, name, direction) VALUES
    (1, 'Sales', 'in'), (2, 'Materials', 'out'), (3, 'Rent', 'out'), (4, 'Wages', 'out'), (5, 'Energy', 'out'),
    (6, 'Taxes', 'out'), (7, 'Other income', 'in'), (8, 'Other expense', 'out'), (9, 'Transfer', 'transfer');

-- Until now everything was paid in cash.
INSERT INTO cash_operations (account_id, category_id, made_on, amount_minor, sale_id)
SELECT 1, 1, sold_on, total_minor, id FROM sales ORDER BY id;
INSERT INTO cash_operations (account_id, category_id, made_on, amount_minor, purchase_id)
SELECT 1, 2, bought_on, -cost_minor, id FROM purchases ORDER BY id;
