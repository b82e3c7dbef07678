INSERT INTO suppliers VALUES (1, 'Пасека «Липа»', '+7 900 000', 'мёд и воск'), (2, 'Glashütte Süd', NULL, NULL),
    (3, '=SUM(A1:A9)', '-7', '@home');
INSERT INTO materials (id, name, unit, minimum, stock, note) VALUES (1, 'Воск', 'kg', 500, 0, ''), (2, 'Dose', 'pcs', 0, 0, NULL),
    (3, 'Öl', 'l', 0, 700, 'first line' || char(13, 10) || 'second "line", with a comma'), (4, '007', 'g', 0, 0, NULL);
INSERT INTO purchases VALUES (1, 1, 1, 50000, 5000, '2024-01-01'), (2, 1, 1, 30000, 3300, '2024-01-02'),
    (3, 2, 2, 90000, 1000, '2024-01-02');
INSERT INTO recipes VALUES (1, 'Kerze', 45, 'Schmelzen, gießen 🕯'), (2, 'Мыло', 20, NULL);
INSERT INTO recipe_materials VALUES (1, 1, 1, 600), (2, 1, 2, 1000), (7, 2, 1, 100);
INSERT INTO goods (id, recipe_id, name, price_minor) VALUES (1, 1, 'Kerze groß', 5000000000), (2, 2, 'Мыло "Липа"', 450);
INSERT INTO jobs VALUES (1, 1, 60, '2024-01-03'), (2, 2, 80, '2024-01-03');
INSERT INTO sales VALUES (1, 1, 'Анна Ёлкина', 2, 5000000000, '2024-01-04'), (2, 1, NULL, 1, 4900, '2024-01-05'),
    (3, 1, 'анна ёлкина', 1, 5000, '2024-01-06'), (4, 1, '', 1, 9223372036854775807, '2024-01-07');
WITH RECURSIVE days (n) AS (SELECT 10 UNION ALL SELECT n + 1 FROM days WHERE n < 60)
INSERT INTO sales SELECT n, 1 + n % 2, CASE n % 3 WHEN 0 THEN 'Jörg Müßig' WHEN 1 THEN 'Ольга Щукина' END, 1, 100 * n,
    date('2024-01-08', (n / 30) || ' days') FROM days;
