INSERT INTO accounts VALUES (1, 'Кошелёк', 'RUB', 10000), (2, 'Sparbuch', 'EUR', 5000000000);
INSERT INTO operations VALUES (1, 1, '2025-01-01', -300, 'Еда', 'хлеб'), (2, 1, '2025-01-02', -200, 'Еда', NULL),
    (3, 2, '2025-01-03', 700, '', 'Zinsen');
WITH RECURSIVE days (n) AS (SELECT 4 UNION ALL SELECT n + 1 FROM days WHERE n < 60)
INSERT INTO operations SELECT n, 1 + n % 2, date('2025-01-03', n || ' days'), -n, CASE n % 3 WHEN 0 THEN 'Miete' ELSE 'Еда' END, NULL FROM days;
