INSERT INTO accounts (id, name, currency, opening_minor) VALUES (1, 'Кошелёк', 'RUB', 10000), (2, 'Sparbuch', 'EUR', 5000000000);
INSERT INTO categories VALUES (1, 'Еда'), (2, 'Подарки 🎁');
INSERT INTO operations VALUES (1, 1, 1, '2026-01-01', -300, 'хлеб'), (2, 1, NULL, '2026-01-02', -200, NULL), (3, 2, 2, '2026-01-03', 700, '-');
INSERT INTO assets VALUES (1, 'Квартира', 'property', 'EUR', '2020-05-01', 9800000, 12400000), (2, 'Fahrrad', 'vehicle', 'EUR', NULL, 64000, 30000);
WITH RECURSIVE days (n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM days WHERE n < 59)
INSERT INTO rates SELECT 'USD', date('2026-01-01', n || ' days'), 920000 + n FROM days;
