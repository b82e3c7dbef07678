-- Version 0001: materials, suppliers, purchases, recipes, jobs, finished goods and sales.
-- Quantities of materials are thousandths of their unit, money is in minor units (cents, kopecks), dates are ISO 8601.

PRAGMA application_id = 1329807962; -- "OCBZ"

CREATE TABLE settings (
    key TEXT NOT NULL PRIMARY KEY,
    value TEXT NOT NULL
) WITHOUT ROWID;

CREATE TABLE suppliers (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL,
    phone TEXT,
    note TEXT
);

CREATE TABLE materials (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    unit TEXT NOT NULL,
    minimum INTEGER NOT NULL DEFAULT 0,
    stock INTEGER NOT NULL DEFAULT 0 CHECK (stock >= 0),
    note TEXT
);

CREATE TABLE purchases (
    id INTEGER PRIMARY KEY,
    supplier_id INTEGER NOT NULL REFERENCES suppliers (id) ON DELETE RESTRICT,
    material_id INTEGER NOT NULL REFERENCES materials (id) ON DELETE RESTRICT,
    quantity INTEGER NOT NULL CHECK (quantity > 0),
    cost_minor INTEGER NOT NULL CHECK (cost_minor >= 0),
    bought_on TEXT NOT NULL
);
CREATE INDEX purchases_by_material ON purchases (material_id);
CREATE INDEX purchases_by_supplier ON purchases (supplier_id);

CREATE TABLE recipes (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    minutes INTEGER NOT NULL DEFAULT 0,
    instructions TEXT
);

-- What one piece takes.
CREATE TABLE recipe_materials (
    id INTEGER PRIMARY KEY,
    recipe_id INTEGER NOT NULL REFERENCES recipes (id) ON DELETE CASCADE,
    material_id INTEGER NOT NULL REFERENCES materials (id) ON DELETE RESTRICT,
    quantity INTEGER NOT NULL CHECK (quantity > 0),
    UNIQUE (recipe_id, material_id)
);
CREATE INDEX recipe_materials_by_material ON recipe_materials (material_id);

CREATE TABLE jobs (
    id INTEGER PRIMARY KEY,
    recipe_id INTEGER NOT NULL REFERENCES recipes (id) ON DELETE RESTRICT,
    pieces INTEGER NOT NULL CHECK (pieces > 0),
    finished_on TEXT NOT NULL
);
CREATE INDEX jobs_by_recipe ON jobs (recipe_id);

CREATE TABLE goods (
    id INTEGER PRIMARY KEY,
    recipe_id INTEGER NOT NULL UNIQUE REFERENCES recipes (id) ON DELETE RESTRICT,
    name TEXT NOT NULL,
    price_minor INTEGER NOT NULL CHECK (price_minor >= 0),
    stock INTEGER NOT NULL DEFAULT 0 CHECK (stock >= 0)
);

CREATE TABLE sales (
    id INTEGER PRIMARY KEY,
    good_id INTEGER NOT NULL REFERENCES goods (id) ON DELETE RESTRICT,
    buyer TEXT,
    pieces INTEGER NOT NULL CHECK (pieces > 0),
    price_minor INTEGER NOT NULL CHECK (price_minor >= 0),
    sold_on TEXT NOT NULL
);
CREATE INDEX sales_by_good ON sales (good_id);
CREATE INDEX sales_by_day ON sales (sold_on);

CREATE TRIGGER purchases_add_stock AFTER INSERT ON purchases BEGIN
    UPDATE materials SET stock = stock + new.quantity WHERE id = new.material_id;
END;

CREATE TRIGGER jobs_move_stock AFTER INSERT ON jobs BEGIN
    UPDATE materials SET stock = stock - new.pieces *
        (SELECT quantity FROM recipe_materials WHERE recipe_id = new.recipe_id AND material_id = materials.id)
    WHERE id IN (SELECT material_id FROM recipe_materials WHERE recipe_id = new.recipe_id);
    UPDATE goods SET stock = stock + new.pieces WHERE recipe_id = new.recipe_id;
END;

CREATE TRIGGER sales_take_stock AFTER INSERT ON sales BEGIN
    UPDATE goods SET stock = stock - new.pieces WHERE id = new.good_id;
END;

INSERT INTO settings (key, value) VALUES ('currency', 'EUR'), ('language', 'en');
