INSERT INTO suppliers VALUES (1, 'Пасека', NULL, NULL);
INSERT INTO materials (id, name, unit, kind) VALUES (1, 'Воск', 'kg', 'raw'), (2, 'Dose', 'pcs', 'packaging');
INSERT INTO purchases VALUES (1, 'P-000001', 1, '2026-11-20', 5900, 'bar');
INSERT INTO material_batches VALUES (1, 1, 1, 50000, 50000, 5000, '2027-01-01'), (2, 1, 2, 90000, 90000, 900, NULL);
INSERT INTO recipes VALUES (1, 'Kerze', 45, NULL), (2, 'Seife', 20, NULL);
INSERT INTO recipe_materials VALUES (1, 1, 'raw', 1, 500), (2, 1, 'packaging', 2, 1000);
INSERT INTO recipe_overheads VALUES (1, 1, 1000), (1, 2, 1500), (2, 1, 0);
INSERT INTO showcase_items (id, recipe_id, name, price_minor, description, priced_on)
VALUES (1, 1, 'Kerze', 900, 'Süßer Duft, «мёд»', '2026-11-20'), (2, 2, 'Seife', 400, '', NULL);
INSERT INTO jobs VALUES (1, 1, 'finished', 70, '2026-11-20', '2026-11-20', 4200, 1700, NULL), (2, 2, 'planned', 5, NULL, NULL, 0, 0, 'later');
INSERT INTO batch_movements VALUES (1, 1, 1, 'job', -35000, '2026-11-20'), (2, 2, 1, 'job', -70000, '2026-11-20');
INSERT INTO clients VALUES (1, 'Ольга Щукина', NULL, NULL, 'Пермь', NULL, '2026-11-21'),
    (2, '=HYPERLINK("http://x")', '-1', '''', '', NULL, '2026-11-21');
WITH RECURSIVE days (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM days WHERE n < 45)
INSERT INTO sales SELECT n, printf('S-%06d', n), CASE n % 3 WHEN 0 THEN 1 END, date('2026-11-21', (n / 25) || ' days'), 0, 900, NULL,
    CASE n % 4 WHEN 0 THEN 'market' ELSE 'shop' END FROM days;
INSERT INTO sale_lines (sale_id, item_id, pieces, price_minor) SELECT id, 1, 1, 900 FROM sales;
INSERT INTO cash_operations (account_id, category_id, made_on, amount_minor, sale_id)
SELECT 2, 1, sold_on, total_minor, id FROM sales;
UPDATE showcase_items SET price_minor = 950, priced_on = '2026-11-22' WHERE id = 1;
INSERT INTO documents VALUES (1, 1, NULL, 'receipt.jpg', CAST(printf('%.3000c', 'j') AS BLOB)), (2, NULL, 2, 'empty.png', x''),
    (3, NULL, 1, 'a' || char(10) || 'b.png', x'89504e470d0a1a0a00ff');
