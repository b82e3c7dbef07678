-- Version 0004: overhead norms, jobs with a life of their own and their cost, documents, the history of prices, and
-- a search over clients.

DROP TRIGGER jobs_fill_showcase;

-- A norm costs so much per hour of work, per piece made, or per hundred of material cost.
CREATE TABLE overhead_norms (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    basis TEXT NOT NULL CHECK (basis IN ('hour', 'piece', 'material')),
    rate_minor INTEGER NOT NULL CHECK (rate_minor >= 0)
) STRICT;
INSERT INTO overhead_norms (id, name, basis, rate_minor) VALUES
    (1, 'Workshop hour', 'hour', 900), (2, 'Energy per piece', 'piece', 12), (3, 'Losses on materials', 'material', 3);

-- How strongly a norm weighs on a recipe, in thousandths.
CREATE TABLE recipe_overheads (
    recipe_id INTEGER NOT NULL REFERENCES recipes (id) ON DELETE CASCADE,
    norm_id INTEGER NOT NULL REFERENCES overhead_norms (id) ON DELETE RESTRICT,
    coefficient INTEGER NOT NULL DEFAULT 1000 CHECK (coefficient >= 0),
    PRIMARY KEY (recipe_id, norm_id)
) WITHOUT ROWID;
CREATE INDEX recipe_overheads_by_norm ON recipe_overheads (norm_id);
INSERT INTO recipe_overheads (recipe_id, norm_id) SELECT r.id, n.id FROM recipes r CROSS JOIN overhead_norms n;

CREATE TABLE new_jobs (
    id INTEGER PRIMARY KEY,
    recipe_id INTEGER NOT NULL REFERENCES recipes (id) ON DELETE RESTRICT,
    state TEXT NOT NULL CHECK (state IN ('planned', 'on the bench', 'finished')),
    pieces INTEGER NOT NULL CHECK (pieces > 0),
    started_on TEXT,
    finished_on TEXT,
    material_cost_minor INTEGER NOT NULL DEFAULT 0,
    overhead_cost_minor INTEGER NOT NULL DEFAULT 0,
    note TEXT,
    CHECK ((state = 'finished') = (finished_on IS NOT NULL))
);
-- Old jobs get the average price of what was bought; exact costs were not kept then.
INSERT INTO new_jobs (id, recipe_id, state, pieces, started_on, finished_on, material_cost_minor)
SELECT j.id, j.recipe_id, 'finished', j.pieces, j.finished_on, j.finished_on, coalesce((
    SELECT sum(j.pieces * r.quantity * b.cost / b.quantity)
    FROM recipe_materials r
    JOIN (SELECT material_id, sum(cost_minor) AS cost, sum(quantity) AS quantity
          FROM material_batches WHERE purchase_id IS NOT NULL GROUP BY material_id) b ON b.material_id = r.material_id
    WHERE r.recipe_id = j.recipe_id), 0)
FROM jobs j;
DROP TABLE jobs;
ALTER TABLE new_jobs RENAME TO jobs;
CREATE INDEX jobs_by_recipe ON jobs (recipe_id);
CREATE INDEX jobs_unfinished ON jobs (state) WHERE state <> 'finished';

CREATE TRIGGER jobs_fill_showcase AFTER INSERT ON jobs WHEN new.state = 'finished' BEGIN
    UPDATE showcase_items SET stock = stock + new.pieces WHERE recipe_id = new.recipe_id;
END;
CREATE TRIGGER jobs_change_showcase AFTER UPDATE OF state, pieces, recipe_id ON jobs BEGIN
    UPDATE showcase_items SET stock = stock - old.pieces WHERE old.state = 'finished' AND recipe_id = old.recipe_id;
    UPDATE showcase_items SET stock = stock + new.pieces WHERE new.state = 'finished' AND recipe_id = new.recipe_id;
END;
CREATE TRIGGER jobs_empty_showcase AFTER DELETE ON jobs WHEN old.state = 'finished' BEGIN
    UPDATE showcase_items SET stock = stock - old.pieces WHERE recipe_id = old.recipe_id;
END;

ALTER TABLE sale_lines ADD COLUMN line_minor INTEGER GENERATED ALWAYS AS (pieces * price_minor) VIRTUAL;
ALTER TABLE sales ADD COLUMN channel TEXT NOT NULL DEFAULT 'shop' CHECK (channel IN ('shop', 'market', 'online'));

ALTER TABLE showcase_items ADD COLUMN priced_on TEXT;
UPDATE showcase_items SET priced_on = coalesce(
    (SELECT min(s.sold_on) FROM sale_lines l JOIN sales s ON s.id = l.sale_id WHERE l.item_id = showcase_items.id),
    '2020-01-01');
CREATE TABLE price_changes (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    item_id INTEGER NOT NULL REFERENCES showcase_items (id) ON DELETE CASCADE,
    changed_on TEXT,
    old_minor INTEGER,
    new_minor INTEGER NOT NULL
);
CREATE INDEX price_changes_by_item ON price_changes (item_id);
INSERT INTO price_changes (item_id, changed_on, new_minor)
SELECT id, priced_on, price_minor FROM showcase_items ORDER BY id;
CREATE TRIGGER showcase_items_first_price AFTER INSERT ON showcase_items BEGIN
    INSERT INTO price_changes (item_id, changed_on, new_minor) VALUES (new.id, new.priced_on, new.price_minor);
END;
CREATE TRIGGER showcase_items_new_price AFTER UPDATE OF price_minor ON showcase_items
WHEN old.price_minor <> new.price_minor BEGIN
    INSERT INTO price_changes (item_id, changed_on, old_minor, new_minor)
    VALUES (new.id, new.priced_on, old.price_minor, new.price_minor);
END;

-- Scanned receipts and photographs.
CREATE TABLE documents (
    id INTEGER PRIMARY KEY,
    purchase_id INTEGER REFERENCES purchases (id) ON DELETE RESTRICT,
    item_id INTEGER REFERENCES showcase_items (id) ON DELETE RESTRICT,
    name TEXT NOT NULL,
    content BLOB NOT NULL,
    CHECK ((purchase_id IS NULL) <> (item_id IS NULL))
);
CREATE INDEX documents_by_purchase ON documents (purchase_id) WHERE purchase_id IS NOT NULL;
CREATE INDEX documents_by_item ON documents (item_id) WHERE item_id IS NOT NULL;

CREATE VIEW monthly_sales AS
SELECT substr(sold_on, 1, 7) AS month, count(*) AS sales, sum(total_minor) AS total_minor FROM sales GROUP BY 1;

CREATE VIRTUAL TABLE client_search USING fts5 (
    name, city, note, content = 'clients', content_rowid = 'id', tokenize = 'unicode61 remove_diacritics 2'
);
CREATE TRIGGER clients_index AFTER INSERT ON clients BEGIN
    INSERT INTO client_search (rowid, name, city, note) VALUES (new.id, new.name, new.city, new.note);
END;
CREATE TRIGGER clients_reindex AFTER UPDATE OF name, city, note ON clients BEGIN
    INSERT INTO client_search (client_search, rowid, name, city, note)
    VALUES ('delete', old.id, old.name, old.city, old.note);
    INSERT INTO client_search (rowid, name, city, note) VALUES (new.id, new.name, new.city, new.note);
END;
CREATE TRIGGER clients_unindex AFTER DELETE ON clients BEGIN
    INSERT INTO client_search (client_search, rowid, name, city, note)
    VALUES ('delete', old.id, old.name, old.city, old.note);
END;
INSERT INTO client_search (client_search) VALUES ('rebuild');
