-- Version 0003: purchases bring batches, jobs use them up oldest first, recipes have two tiers, goods stand in a
-- showcase that can be searched.

DROP TRIGGER purchases_add_stock;
DROP TRIGGER jobs_move_stock;
DROP TRIGGER sale_lines_take_stock;
DROP TRIGGER sale_lines_change_stock;
DROP TRIGGER sale_lines_return_stock;

-- What is counted by the piece is packaging, what is weighed or measured is raw; the owner can change it.
ALTER TABLE materials ADD COLUMN kind TEXT NOT NULL DEFAULT 'raw' CHECK (kind IN ('raw', 'packaging'));
UPDATE materials SET kind = 'packaging' WHERE unit IN ('pcs', 'шт', 'Stück');

CREATE TABLE new_recipe_materials (
    id INTEGER PRIMARY KEY,
    recipe_id INTEGER NOT NULL REFERENCES recipes (id) ON DELETE CASCADE,
    tier TEXT NOT NULL CHECK (tier IN ('raw', 'packaging')),
    material_id INTEGER NOT NULL REFERENCES materials (id) ON DELETE RESTRICT,
    quantity INTEGER NOT NULL CHECK (quantity > 0),
    UNIQUE (recipe_id, tier, material_id)
);
INSERT INTO new_recipe_materials (id, recipe_id, tier, material_id, quantity)
SELECT r.id, r.recipe_id, m.kind, r.material_id, r.quantity
FROM recipe_materials r JOIN materials m ON m.id = r.material_id;
DROP TABLE recipe_materials;
ALTER TABLE new_recipe_materials RENAME TO recipe_materials;
CREATE INDEX recipe_materials_by_material ON recipe_materials (material_id);

-- A batch without a purchase is stock that was there before the first entry.
CREATE TABLE material_batches (
    id INTEGER PRIMARY KEY,
    purchase_id INTEGER REFERENCES purchases (id) ON DELETE RESTRICT,
    material_id INTEGER NOT NULL REFERENCES materials (id) ON DELETE RESTRICT,
    quantity INTEGER NOT NULL CHECK (quantity > 0),
    remaining INTEGER NOT NULL CHECK (remaining BETWEEN 0 AND quantity),
    cost_minor INTEGER NOT NULL CHECK (cost_minor >= 0),
    best_before TEXT
);
-- Oldest first: what is left of a batch is what the stock holds beyond all later batches.
INSERT INTO material_batches (id, purchase_id, material_id, quantity, remaining, cost_minor)
SELECT id, id, material_id, quantity, max(0, min(quantity, stock - later)), cost_minor
FROM (
    SELECT p.*, m.stock,
        coalesce(sum(p.quantity) OVER (
            PARTITION BY p.material_id ORDER BY p.bought_on DESC, p.id DESC
            ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), 0) AS later
    FROM purchases p JOIN materials m ON m.id = p.material_id
) ORDER BY id;
INSERT INTO material_batches (purchase_id, material_id, quantity, remaining, cost_minor)
SELECT NULL, m.id, m.stock - coalesce(b.remaining, 0), m.stock - coalesce(b.remaining, 0), 0
FROM materials m
LEFT JOIN (SELECT material_id, sum(remaining) AS remaining FROM material_batches GROUP BY material_id) b
    ON b.material_id = m.id
WHERE m.stock > coalesce(b.remaining, 0);
CREATE INDEX material_batches_by_material ON material_batches (material_id, id) WHERE remaining > 0;
CREATE INDEX material_batches_by_purchase ON material_batches (purchase_id);

CREATE TABLE batch_movements (
    id INTEGER PRIMARY KEY,
    batch_id INTEGER NOT NULL REFERENCES material_batches (id) ON DELETE RESTRICT,
    job_id INTEGER REFERENCES jobs (id) ON DELETE RESTRICT,
    reason TEXT NOT NULL CHECK (reason IN ('job', 'write-off', 'return', 'stocktaking', 'before batches')),
    quantity INTEGER NOT NULL CHECK (quantity <> 0),
    moved_on TEXT NOT NULL
);
INSERT INTO batch_movements (batch_id, reason, quantity, moved_on)
SELECT b.id, 'before batches', b.remaining - b.quantity, p.bought_on
FROM material_batches b JOIN purchases p ON p.id = b.purchase_id
WHERE b.remaining < b.quantity ORDER BY b.id;
CREATE INDEX batch_movements_by_batch ON batch_movements (batch_id);
CREATE INDEX batch_movements_by_job ON batch_movements (job_id) WHERE job_id IS NOT NULL;

CREATE TABLE new_purchases (
    id INTEGER PRIMARY KEY,
    number TEXT NOT NULL UNIQUE,
    supplier_id INTEGER NOT NULL REFERENCES suppliers (id) ON DELETE RESTRICT,
    bought_on TEXT NOT NULL,
    total_minor INTEGER NOT NULL CHECK (total_minor >= 0),
    note TEXT
);
INSERT INTO new_purchases (id, number, supplier_id, bought_on, total_minor)
SELECT id, printf('P-%06d', id), supplier_id, bought_on, cost_minor FROM purchases;
DROP TABLE purchases;
ALTER TABLE new_purchases RENAME TO purchases;
CREATE INDEX purchases_by_supplier ON purchases (supplier_id);
CREATE INDEX purchases_by_day ON purchases (bought_on);

ALTER TABLE goods RENAME TO showcase_items;
ALTER TABLE showcase_items ADD COLUMN description TEXT NOT NULL DEFAULT '';
ALTER TABLE showcase_items ADD COLUMN on_display INTEGER NOT NULL DEFAULT 1 CHECK (on_display IN (0, 1));
UPDATE showcase_items SET description =
    coalesce((SELECT instructions FROM recipes WHERE recipes.id = showcase_items.recipe_id), '');
ALTER TABLE sale_lines RENAME COLUMN good_id TO item_id;
DROP INDEX sale_lines_by_good;
CREATE INDEX sale_lines_by_item ON sale_lines (item_id);

-- A new batch is full; movements make it smaller, or larger again.
CREATE TRIGGER material_batches_add AFTER INSERT ON material_batches BEGIN
    UPDATE materials SET stock = stock + new.remaining WHERE id = new.material_id;
END;
CREATE TRIGGER material_batches_change AFTER UPDATE OF material_id, remaining ON material_batches BEGIN
    UPDATE materials SET stock = stock - old.remaining WHERE id = old.material_id;
    UPDATE materials SET stock = stock + new.remaining WHERE id = new.material_id;
END;
CREATE TRIGGER material_batches_remove AFTER DELETE ON material_batches BEGIN
    UPDATE materials SET stock = stock - old.remaining WHERE id = old.material_id;
END;
CREATE TRIGGER batch_movements_add AFTER INSERT ON batch_movements BEGIN
    UPDATE material_batches SET remaining = remaining + new.quantity WHERE id = new.batch_id;
END;
CREATE TRIGGER batch_movements_change AFTER UPDATE OF batch_id, quantity ON batch_movements BEGIN
    UPDATE material_batches SET remaining = remaining - old.quantity WHERE id = old.batch_id;
    UPDATE material_batches SET remaining = remaining + new.quantity WHERE id = new.batch_id;
END;
CREATE TRIGGER batch_movements_remove AFTER DELETE ON batch_movements BEGIN
    UPDATE material_batches SET remaining = remaining - old.quantity WHERE id = old.batch_id;
END;
CREATE TRIGGER jobs_fill_showcase AFTER INSERT ON jobs BEGIN
    UPDATE showcase_items SET stock = stock + new.pieces WHERE recipe_id = new.recipe_id;
END;
CREATE TRIGGER sale_lines_take_stock AFTER INSERT ON sale_lines BEGIN
    UPDATE showcase_items SET stock = stock - new.pieces WHERE id = new.item_id;
END;
CREATE TRIGGER sale_lines_change_stock AFTER UPDATE OF item_id, pieces ON sale_lines BEGIN
    UPDATE showcase_items SET stock = stock + old.pieces WHERE id = old.item_id;
    UPDATE showcase_items SET stock = stock - new.pieces WHERE id = new.item_id;
END;
CREATE TRIGGER sale_lines_return_stock AFTER DELETE ON sale_lines BEGIN
    UPDATE showcase_items SET stock = stock + old.pieces WHERE id = old.item_id;
END;

CREATE VIRTUAL TABLE showcase_search USING fts5 (
    name, description, content = 'showcase_items', content_rowid = 'id', tokenize = 'unicode61 remove_diacritics 2'
);
CREATE TRIGGER showcase_items_index AFTER INSERT ON showcase_items BEGIN
    INSERT INTO showcase_search (rowid, name, description) VALUES (new.id, new.name, new.description);
END;
CREATE TRIGGER showcase_items_reindex AFTER UPDATE OF name, description ON showcase_items BEGIN
    INSERT INTO showcase_search (showcase_search, rowid, name, description)
    VALUES ('delete', old.id, old.name, old.description);
    INSERT INTO showcase_search (rowid, name, description) VALUES (new.id, new.name, new.description);
END;
CREATE TRIGGER showcase_items_unindex AFTER DELETE ON showcase_items BEGIN
    INSERT INTO showcase_search (showcase_search, rowid, name, description)
    VALUES ('delete', old.id, old.name, old.description);
END;
INSERT INTO showcase_search (showcase_search) VALUES ('rebuild');
