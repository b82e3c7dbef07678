## Карточки

card-pinned = Закреплено: { $name }
card-facts = ({ $when } | { $size })
slot-daily = Дневная копия
slot-weekly = Недельная копия
slot-monthly = Месячная копия
slot-yearly = Годовая копия
slot-close = Копия при закрытии { $place }
slot-before-migration = Перед обновлением базы
slot-before-accounting-reset = Перед сбросом учёта
slot-before-factory-reset = Перед полным сбросом
slot-before-restore = Перед восстановлением
slot-manual = Копия вручную
slot-kept = Сохранённая копия
slot-damaged = Повреждённая база
slot-set-aside = Отложенная база

trigger-startup = Снята при запуске программы
trigger-timer = Снята во время работы программы
trigger-close = Снята при закрытии программы
trigger-before_migration = Снята перед переходом базы на новую версию
trigger-before_accounting_reset = Снята перед сбросом учёта
trigger-before_factory_reset = Снята перед полным сбросом
trigger-before_restore = Снята перед восстановлением
trigger-manual = Снята по вашей просьбе
trigger-damage = Отложена, потому что база была повреждена
trigger-found = Найдена в папке копий и проверена

level-damaged = Повреждена
level-means-damaged = хранится такой, какой найдена; восстановить её нельзя
level-sound = Исправна
level-means-sound = открыта и проверена при снятии
level-proven = Проверена
level-means-proven = проверена каждая её страница
level-drilled = Испытана
level-means-drilled = восстановление из неё опробовано и удалось

card-suspect = Не заслуживает доверия
card-kept = Хранится всегда
card-look = Восстановить…
card-more = Подробнее
cards-pages = Страницы с копиями
cards-page = Страница { $page } из { $pages }
cards-newer = Новее
cards-older = Старее

backups =
    { $count ->
        [one] { $number } копия
        [few] { $number } копии
       *[many] { $number } копий
    }
backups-of-day = Копии за { $date }
backups-all = Показать все копии
backups-none-of-day = За этот день копий нет.

## Всё ли в порядке

safety-safe = Всё в порядке
safety-risk = Кое-что требует внимания
safety-unsafe = Ваша работа под угрозой
finding-tip = Совет
finding-risk = Внимание
finding-unsafe = Опасность
banner-newest = Новейшая исправная копия
banner-none = пока нет
banner-copies = Где лежат копии
banner-only-here = Все копии лежат на этом компьютере. Кража, пожар или поломка диска унесут их все.
banner-carry = Унести одну с собой
banner-disk = Диск
banner-space = Копии занимают { $used }; свободно { $free }
banner-unknown = неизвестно сколько
banner-failure = Последняя неудача
banner-no-failure = за последние дни не было
banner-elsewhere = Внимания требует другое рабочее пространство:

moment-recovery = После прерванной работы
moment-startup = Копия при запуске
moment-shutdown = Копия при закрытии
moment-safeguard = Копия перед удалением данных
moment-manual = Копия по просьбе
moment-export = Выгрузка
moment-preview = Просмотр
moment-restore = Восстановление
moment-undo = Отмена
moment-verify = Проверка
moment-drill = Испытание
moment-register = Список пространств
moment-policy = Настройки

concern-missing = Базы данных нет на её месте.
concern-frozen = Данные вызывают сомнение, поэтому копии не сменяются и ни одна исправная не пропадёт.
concern-no-backup = Нет копии, из которой можно восстановить данные.
concern-old =
    { $count ->
        [one] Новейшей копии { $count } день.
        [few] Новейшей копии { $count } дня.
       *[many] Новейшей копии { $count } дней.
    }
concern-suspect = Копия «{ $backup }» не заслуживает доверия
concern-future =
    { $count ->
        [one] { $count } копия снята будто бы в будущем: часы шли или идут неверно.
        [few] { $count } копии сняты будто бы в будущем: часы шли или идут неверно.
       *[many] { $count } копий сняты будто бы в будущем: часы шли или идут неверно.
    }
concern-unproven = Ни одна копия ещё не проверена полностью.
concern-space = На диске свободно { $free }, а копии нужно { $needed }.
concern-nothing = Здесь пока нечего беречь.
concern-space-unknown = Не видно, сколько места свободно рядом с копиями.
concern-under-way = Что-то делается сейчас или было прервано.

remedy-missing = Верните её из последней исправной копии.
remedy-put-back = Верните файл на место: { $place }.
remedy-frozen = Посмотрите последнюю исправную копию и вернитесь к ней. Если же данные верны, снимите копию сейчас. Если она не снимается, сохраните содержимое таблиц как базу данных: такой файл можно восстановить.
remedy-frozen-alone = Исправной копии нет: сохраните копию файла и попробуйте сохранить содержимое таблиц как базу данных.
remedy-no-backup = Снимите её сейчас кнопкой ниже.
remedy-old = Работа с тех пор не сохранена. Снимите копию сейчас кнопкой ниже.
remedy-suspect = Она хранится как есть и не идёт в счёт. Её можно проверить снова.
remedy-future = Проверьте дату на компьютере. Эти копии хранятся, но до того дня не идут в счёт.
remedy-unproven = Новейшую можно проверить сейчас, не прерывая работы.
remedy-space = Освободите место. На полном диске ничего не удаляется, но и копии не снимаются.
remedy-nothing = Запустите программу или верните данные из файла.
remedy-space-unknown = Проверьте, подключён ли диск с копиями.
remedy-under-way = При следующем запуске это будет закончено или отменено.

deed-go-back = Вернуться: { $backup }
deed-as-it-is = Данные верны: снять копию
deed-about = Посмотреть

## Отмена восстановления

undo-bar = Последнее восстановление
undo-bar-text = Восстановлено из «{ $source }» { $ago }.
undo-bar-together =
    { $count ->
        [one] Восстановлено из «{ $source }» { $ago }, вместе с ещё { $count } пространством.
       *[other] Восстановлено из «{ $source }» { $ago }, вместе с ещё { $count } пространствами.
    }
undo-bar-button = Отменить…
undo-bar-dismiss = Скрыть

## Что можно сделать

actions = Что можно сделать
action-name = Название (необязательно)
action-name-means = Копия с названием хранится, пока вы не решите иначе.
action-snapshot = Снять копию
action-export = Выгрузить
action-import = Загрузить
action-reset = Начать заново

## Календарь

calendar = Дни с копиями
calendar-months = Месяцы
calendar-previous = Раньше, по месяц: { $month }
calendar-next = Позже, по месяц: { $month }
calendar-legend = Что значат буквы
calendar-empty = За эти месяцы копий нет.
mark-letter-daily = Д
mark-letter-weekly = Н
mark-letter-monthly = М
mark-letter-yearly = Г
mark-letter-close = З
mark-letter-manual = В
mark-letter-before = П
mark-letter-bad = !
mark-daily = дневная
mark-weekly = недельная
mark-monthly = месячная
mark-yearly = годовая
mark-close = при закрытии
mark-manual = вручную
mark-before = перед изменением
mark-bad = не заслуживает доверия

## Пока ничего нет

empty-home = Здесь пока нечего беречь
empty-home-start = Запустите { $app }: программа создаст первое рабочее пространство, и с этого дня копии будут сниматься сами.
empty-home-file = Или верните данные из файла, выгруженного на другом компьютере.
empty-home-database = Можно беречь и любую другую базу SQLite:
empty-backups = Копий пока нет
empty-backups-start = Снимите первую сейчас кнопкой «Снять копию». Потом { $app } будет снимать копии при каждом запуске и закрытии.

## Одна копия

about-back = Назад: { $workspace }
about-restore = Посмотреть и восстановить
about-not-restorable = Восстановить из неё ничего нельзя. Она хранится как есть; удалить её можете только вы.
about-facts = Об этой копии
about-kind = Вид
about-why = Почему
about-taken = Когда
about-size = Размер
about-holds = В ней
about-file = Файл
about-pin = Хранить всегда
about-pin-means = Закреплённая копия не удаляется никогда, сколько бы копий ни появилось после неё.
about-pin-name = Название
about-pin-button = Закрепить
about-unpin-means = Она закреплена и не удаляется. Без закрепления она хранится столько, сколько велят настройки.
about-unpin-button = Снять закрепление
about-proofs = Насколько она надёжна?
about-verify-means = Полная проверка читает каждую её страницу. Данные не затрагиваются, работать можно дальше.
about-verify = Проверить полностью
about-drill-means = При испытании она восстанавливается рядом с вашими данными и открывается. Сами данные не затрагиваются.
about-drill = Испытать восстановление

## Сбросы

reset-accounting = Сброс учёта
reset-accounting-short = Стирает продажи, закупки и деньги; товары и клиенты остаются
reset-accounting-title = Сброс учёта: «{ $workspace }»
reset-accounting-means = История дела стирается: оно начинается заново с теми товарами, рецептами и клиентами, какие есть.
reset-accounting-keeps = Материалы, рецепты, витрина, клиенты, поставщики, счета и настройки остаются. Остатки становятся нулевыми, а счета возвращаются к начальному остатку.
reset-accounting-button = Стереть историю
reset-factory = Полный сброс
reset-factory-short = Стирает всё, как в первый день
reset-factory-title = Полный сброс: «{ $workspace }»
reset-factory-means = Стирается всё, что есть в этом деле: оно становится таким, как в первый день.
reset-factory-keeps = Название рабочего пространства и все копии.
reset-factory-button = Стереть всё
reset-wipes = Что будет стёрто
reset-what = Что
reset-rows = Строк
reset-nothing = Стирать нечего.
reset-keeps = Что останется
reset-safeguard = Сначала снимается проверенная копия. Без неё ничего не стирается, а из неё можно вернуть всё.
reset-confirm = Подтверждение
reset-cancel = Оставить как есть
reset-unknown = Нельзя узнать, что будет стёрто, поэтому сброс сейчас невозможен.
