# Все тексты страницы «Машина времени» по-русски. Имя говорит, где стоит текст.

## Даты

date = { $day } { $month } { $year }
date-time = { $date }, { $time }
month-short-1 = янв.
month-short-2 = фев.
month-short-3 = мар.
month-short-4 = апр.
month-short-5 = мая
month-short-6 = июн.
month-short-7 = июл.
month-short-8 = авг.
month-short-9 = сен.
month-short-10 = окт.
month-short-11 = ноя.
month-short-12 = дек.

## Каждая страница

title = Машина времени
