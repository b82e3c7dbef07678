-- The rows that a new business has at the newest version, as all migrations together leave them.
INSERT INTO settings (key, value) VALUES ('currency', 'EUR'), ('language', 'en');
INSERT INTO accounts (id, name, kind) VALUES (1, 'Cash box', 'cash'), (2, 'Card terminal', 'card'), (3, 'Bank', 'bank');
INSERT INTO cash_categories (id, name, direction) VALUES
    (1, 'Sales', 'in'), (2, 'Materials', 'out'), (3, 'Rent', 'out'), (4, 'Wages', 'out'), (5, 'Energy', 'out'),
    (6, 'Taxes', 'out'), (7, 'Other income', 'in'), (8, 'Other expense', 'out'), (9, 'Transfer', 'transfer');
INSERT INTO overhead_norms (id, name, basis, rate_minor) VALUES
    (1, 'Workshop hour', 'hour', 900), (2, 'Energy per piece', 'piece', 12), (3, 'Losses on materials', 'material', 3);
