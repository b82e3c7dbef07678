# Все тексты страницы «Машина времени» по-русски. Имя говорит, где стоит текст.

## Даты

date = { $day } { $month } { $year }
date-time = { $date }, { $time }
month-short-1 = янв.
month-short-2 = февр.
month-short-3 = мар.
month-short-4 = апр.
month-short-5 = мая
month-short-6 = июн.
month-short-7 = июл.
month-short-8 = авг.
month-short-9 = сент.
month-short-10 = окт.
month-short-11 = нояб.
month-short-12 = дек.
month-year = { $month } { $year }
month-1 = Январь
month-2 = Февраль
month-3 = Март
month-4 = Апрель
month-5 = Май
month-6 = Июнь
month-7 = Июль
month-8 = Август
month-9 = Сентябрь
month-10 = Октябрь
month-11 = Ноябрь
month-12 = Декабрь
weekday-1 = понедельник
weekday-2 = вторник
weekday-3 = среда
weekday-4 = четверг
weekday-5 = пятница
weekday-6 = суббота
weekday-7 = воскресенье
weekday-short-1 = пн
weekday-short-2 = вт
weekday-short-3 = ср
weekday-short-4 = чт
weekday-short-5 = пт
weekday-short-6 = сб
weekday-short-7 = вс
age-today = Сегодня
age-yesterday = Вчера
age-days =
    { $count ->
        [one] { $count } день назад
        [few] { $count } дня назад
       *[many] { $count } дней назад
    }
age-ahead = часы спешили: { $date }
age-time = { $day } { $time }
ago-now = только что
ago-minutes =
    { $count ->
        [one] { $count } минуту назад
        [few] { $count } минуты назад
       *[many] { $count } минут назад
    }
ago-hours =
    { $count ->
        [one] { $count } час назад
        [few] { $count } часа назад
       *[many] { $count } часов назад
    }
ago-days =
    { $count ->
        [one] { $count } день назад
        [few] { $count } дня назад
       *[many] { $count } дней назад
    }

## Строки таблиц словами дела; по-английски их называет само приложение

rows =
    { $count ->
        [one] { $number } строка
        [few] { $number } строки
       *[many] { $number } строк
    }
rows-in =
    { $count ->
        [one] { $number } строка таблицы «{ $table }»
        [few] { $number } строки таблицы «{ $table }»
       *[many] { $number } строк таблицы «{ $table }»
    }
rows-more =
    { $tables ->
        [one] { $rows } ещё в { $tables } таблице
       *[many] { $rows } ещё в { $tables } таблицах
    }
list-nothing = ничего
list-and = { $first } и { $last }


heading-omnicraft-business-settings = Настройки
table-omnicraft-business-settings =
    { $count ->
        [one] { $number } настройка
        [few] { $number } настройки
       *[many] { $number } настроек
    }
heading-omnicraft-business-suppliers = Поставщики
table-omnicraft-business-suppliers =
    { $count ->
        [one] { $number } поставщик
        [few] { $number } поставщика
       *[many] { $number } поставщиков
    }
heading-omnicraft-business-materials = Материалы
table-omnicraft-business-materials =
    { $count ->
        [one] { $number } материал
        [few] { $number } материала
       *[many] { $number } материалов
    }
heading-omnicraft-business-purchases = Закупки
table-omnicraft-business-purchases =
    { $count ->
        [one] { $number } закупка
        [few] { $number } закупки
       *[many] { $number } закупок
    }
heading-omnicraft-business-material_batches = Партии материалов
table-omnicraft-business-material_batches =
    { $count ->
        [one] { $number } партия материала
        [few] { $number } партии материала
       *[many] { $number } партий материала
    }
heading-omnicraft-business-batch_movements = Движение материалов
table-omnicraft-business-batch_movements =
    { $count ->
        [one] { $number } движение материала
        [few] { $number } движения материала
       *[many] { $number } движений материала
    }
heading-omnicraft-business-recipes = Рецепты
table-omnicraft-business-recipes =
    { $count ->
        [one] { $number } рецепт
        [few] { $number } рецепта
       *[many] { $number } рецептов
    }
heading-omnicraft-business-recipe_materials = Составляющие рецептов
table-omnicraft-business-recipe_materials =
    { $count ->
        [one] { $number } составляющая рецепта
        [few] { $number } составляющие рецептов
       *[many] { $number } составляющих рецептов
    }
heading-omnicraft-business-overhead_norms = Нормы накладных расходов
table-omnicraft-business-overhead_norms =
    { $count ->
        [one] { $number } норма накладных расходов
        [few] { $number } нормы накладных расходов
       *[many] { $number } норм накладных расходов
    }
heading-omnicraft-business-recipe_overheads = Коэффициенты накладных расходов
table-omnicraft-business-recipe_overheads =
    { $count ->
        [one] { $number } коэффициент накладных расходов
        [few] { $number } коэффициента накладных расходов
       *[many] { $number } коэффициентов накладных расходов
    }
heading-omnicraft-business-jobs = Заказы в работе
table-omnicraft-business-jobs =
    { $count ->
        [one] { $number } заказ в работе
        [few] { $number } заказа в работе
       *[many] { $number } заказов в работе
    }
heading-omnicraft-business-showcase_items = Товары на витрине
table-omnicraft-business-showcase_items =
    { $count ->
        [one] { $number } товар на витрине
        [few] { $number } товара на витрине
       *[many] { $number } товаров на витрине
    }
heading-omnicraft-business-price_changes = Изменения цен
table-omnicraft-business-price_changes =
    { $count ->
        [one] { $number } изменение цены
        [few] { $number } изменения цен
       *[many] { $number } изменений цен
    }
heading-omnicraft-business-clients = Клиенты
table-omnicraft-business-clients =
    { $count ->
        [one] { $number } клиент
        [few] { $number } клиента
       *[many] { $number } клиентов
    }
heading-omnicraft-business-sales = Продажи
table-omnicraft-business-sales =
    { $count ->
        [one] { $number } продажа
        [few] { $number } продажи
       *[many] { $number } продаж
    }
heading-omnicraft-business-sale_lines = Строки продаж
table-omnicraft-business-sale_lines =
    { $count ->
        [one] { $number } строка продаж
        [few] { $number } строки продаж
       *[many] { $number } строк продаж
    }
heading-omnicraft-business-accounts = Счета
table-omnicraft-business-accounts =
    { $count ->
        [one] { $number } счёт
        [few] { $number } счёта
       *[many] { $number } счетов
    }
heading-omnicraft-business-cash_categories = Статьи движения денег
table-omnicraft-business-cash_categories =
    { $count ->
        [one] { $number } статья движения денег
        [few] { $number } статьи движения денег
       *[many] { $number } статей движения денег
    }
heading-omnicraft-business-cash_operations = Денежные операции
table-omnicraft-business-cash_operations =
    { $count ->
        [one] { $number } денежная операция
        [few] { $number } денежные операции
       *[many] { $number } денежных операций
    }
heading-omnicraft-business-documents = Документы
table-omnicraft-business-documents =
    { $count ->
        [one] { $number } документ
        [few] { $number } документа
       *[many] { $number } документов
    }
heading-omnicraft-business-goods = Изделия
table-omnicraft-business-goods =
    { $count ->
        [one] { $number } изделие
        [few] { $number } изделия
       *[many] { $number } изделий
    }

heading-omnicraft-personal_finance-settings = Настройки
table-omnicraft-personal_finance-settings =
    { $count ->
        [one] { $number } настройка
        [few] { $number } настройки
       *[many] { $number } настроек
    }
heading-omnicraft-personal_finance-accounts = Счета
table-omnicraft-personal_finance-accounts =
    { $count ->
        [one] { $number } счёт
        [few] { $number } счёта
       *[many] { $number } счетов
    }
heading-omnicraft-personal_finance-categories = Статьи
table-omnicraft-personal_finance-categories =
    { $count ->
        [one] { $number } статья
        [few] { $number } статьи
       *[many] { $number } статей
    }
heading-omnicraft-personal_finance-operations = Операции
table-omnicraft-personal_finance-operations =
    { $count ->
        [one] { $number } операция
        [few] { $number } операции
       *[many] { $number } операций
    }
heading-omnicraft-personal_finance-assets = Имущество
table-omnicraft-personal_finance-assets =
    { $count ->
        [one] { $number } ценность
        [few] { $number } ценности
       *[many] { $number } ценностей
    }
heading-omnicraft-personal_finance-rates = Курсы валют
table-omnicraft-personal_finance-rates =
    { $count ->
        [one] { $number } курс валюты
        [few] { $number } курса валют
       *[many] { $number } курсов валют
    }

## Что изменит восстановление

differences-unreadable = Нынешнюю базу прочесть нельзя: { $reason }
differences-lost = пропадёт внесённое с тех пор: { $rows }
differences-back = вернётся: { $rows }
differences-changed = станет как прежде: { $rows }
differences-schema = Её таблицы, столбцы, триггеры или представления не такие, как в нынешней базе
differences-none = Ничего не изменится

## Каждая страница

title = Машина времени
skip = К содержанию
footer = Всё это остаётся на этом компьютере, и видит это только этот браузер.
tools = Настройки и язык
settings = Настройки
workspaces = Рабочие пространства
workspace = Рабочее пространство
workspace-choose = Выберите рабочее пространство
workspace-frozen = взгляните
offline = Программа больше не отвечает. Запустите её снова; ничего не потеряно.
