INSERT INTO suppliers VALUES (1, 'Пасека', NULL, NULL), (2, 'Glashütte Süd', '0', '');
INSERT INTO materials (id, name, unit) VALUES (1, 'Воск', 'kg'), (2, 'Dose', 'pcs');
INSERT INTO purchases VALUES (7, 1, 1, 50000, 5000, '2025-01-01'), (8, 2, 2, 90000, 900, '2025-01-01');
INSERT INTO recipes VALUES (1, 'Kerze', 45, NULL);
INSERT INTO recipe_materials VALUES (1, 1, 1, 500), (2, 1, 2, 1000);
INSERT INTO goods (id, recipe_id, name, price_minor) VALUES (1, 1, 'Kerze', 900);
INSERT INTO jobs VALUES (1, 1, 90, '2025-01-02');
INSERT INTO clients VALUES (5, 'Jörg Müßig', '0221', 'j@example.org', 'Köln', 'rechts klingeln', '2025-01-01'),
    (6, '+49 Kerzen', NULL, '@nowhere', '', 'a' || char(10) || 'b', NULL);
INSERT INTO sales VALUES (9, 'S-000009', 5, '2025-01-03', 100, 1700, 'Geschenk 🎁');
INSERT INTO sale_lines VALUES (1, 9, 1, 2, 900);
UPDATE accounts SET opening_minor = 5000 WHERE id = 1;
INSERT INTO cash_operations VALUES (1, 1, 1, '2025-01-03', 1700, 9, NULL, NULL), (2, 3, 2, '2025-01-01', -5000, NULL, 7, 'Rechnung 7');
WITH RECURSIVE days (n) AS (SELECT 10 UNION ALL SELECT n + 1 FROM days WHERE n < 50)
INSERT INTO sales SELECT n, printf('S-%06d', n), CASE n % 2 WHEN 0 THEN 5 + n % 4 / 2 END, '2025-01-04', 0, 900, NULL FROM days;
INSERT INTO sale_lines (sale_id, good_id, pieces, price_minor) SELECT id, 1, 1, 900 FROM sales WHERE id > 9;
INSERT INTO cash_operations (account_id, category_id, made_on, amount_minor, sale_id)
SELECT 1 + id % 2, 1, sold_on, total_minor, id FROM sales WHERE id > 9;
