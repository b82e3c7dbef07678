## Задания

job-snapshot = Делаем резервную копию «{ $workspace }»
job-pin = Меняем закладку: { $backup }
job-verify = Проверяем полностью: { $backup }
job-drill = Пробуем восстановить: { $backup }
job-preview = Восстановить «{ $workspace }» из { $source }?
job-preview-all = Восстановить всё из { $source }?
job-rows = Ищем записи таблицы { $table }
job-restore = Восстанавливаем «{ $workspace }» из { $source }
job-restore-all = Восстанавливаем всё из { $source }
job-undo = Отменяем восстановление «{ $workspace }»
job-export-database = Сохраняем «{ $workspace }» как базу данных
job-export-csv = Сохраняем «{ $workspace }» как таблицы
job-export-all = Сохраняем всё
job-accounting-reset = Сброс учёта «{ $workspace }»
job-factory-reset = Полный сброс «{ $workspace }»
job-policy = Меняем, сколько копий хранится

job-waiting = Ждём, пока закончится другое задание…
job-blocked = Ждём { $app }: программа сейчас работает с этой папкой. Закройте её, и всё продолжится само.
job-stopping = Останавливаем…
job-cancel = Остановить
job-taken-back = Остановлено до начала. Ничего не изменилось.
job-nothing-changed = Ничего не изменилось.
job-may-leave = Страницу можно закрыть: всё идёт само, а когда вы вернётесь, здесь будет видно, чем закончилось.
job-on = Продолжить
job-again = Попробовать ещё раз
job-download = Сохранить файл
job-decided = Восстановление начато окончательно, но не завершено. Его завершит следующий запуск.
job-open-app = { $app } можно снова открыть.
job-app-started = { $app } снова открывается.
job-lies-at = Файл лежит здесь: { $path }.

job-outdated = Ничего не сделано: учёт уже не такой, каким вы его видели.
job-outdated-now = С тех пор в нём работали, или раньше было сделано что-то другое. Посмотрите ещё раз и решите снова.

step-beginning = Начинаем…
step-checking = Проверяем…
step-compacting = Освобождаем неиспользуемое место…
step-comparing = Сравниваем…
step-copying = Копируем…
step-exporting = Записываем файл…
step-importing = Собираем базу данных…
step-keeping = Откладываем копию…
step-optimizing = Наводим порядок…
step-packing = Упаковываем…
step-preparing = Готовим…
step-reading-back = Перечитываем записанное…
step-reading = Читаем…
step-rehearsing = Пробуем…
step-unpacking = Распаковываем…

done-snapshot = Копия сделана и проверена.
done-pin = Закладка изменена.
done-verify = Проверка закончена.
done-drill = Проба удалась: копия восстановлена рядом с вашими данными и открылась.
done-preview = Просмотр закончен.
done-restore = Ваш учёт на месте.
done-restore-all = Всё на месте.
done-undo = Всё как было до восстановления.
done-export = Файл записан, перечитан и проверен.
done-reset = Сброс выполнен.
done-reset-back = Перед ним сделана копия; восстановите её, и всё вернётся.
done-reset-look = Посмотреть эту копию
done-policy = Сохранено. Файлы удаляются не раньше следующей копии.

## Просмотр

preview-as-of = Сравнили с вашими данными на { $time }. Ничего не изменено.
preview-exported = Файл от { $time }.
preview-needless = В учёте то же, что и в этой копии: восстанавливать незачем.
preview-summary = Что изменится
tables-caption = Записи по таблицам
tables-what = Что
tables-lost = пропадёт
tables-back = вернётся
tables-changed = станет прежним
chart-caption = Записей за день: сейчас и после восстановления
chart-heading = Где разница
chart-now = сейчас в учёте
chart-after = после восстановления
chart-day = { $day }: сейчас { $now }, после восстановления { $after }
chart-nothing = За последние { $days } дн. записей поровну.
chart-table = То же таблицей
chart-date = День
edited-caption = Изменено после выгрузки и берётся как есть
everything-added = Здесь этого ещё нет, будет добавлено.
everything-kept = В файле этого нет: останется как есть, но сначала будет сделана копия.
accept-edited = Взять файл как есть, хотя его меняли после выгрузки
trust-schema = Доверять таблицам, которые описаны в файле (только для чужой базы данных)
look-again = Посмотреть ещё раз

## Записи

rows-title = { $table }: { $fate }
rows-lost = пропадёт
rows-back = вернётся
rows-changed = станет прежним
rows-count = Записи { $first }–{ $last } из { $total }
rows-none = Таких записей нет.
rows-unlisted = По одной можно посмотреть только первые { $count }.
rows-gone = Эти записи уже не посмотреть: копии больше нет, или база данных сейчас не читается.
rows-next = Следующая страница
rows-previous = Предыдущая страница
rows-now = сейчас
rows-after = после восстановления
rows-side = Когда
rows-blob = двоичные данные, { $size }
rows-null = пусто
rows-back-to-preview = Назад к просмотру

## Подтверждение

restore-heading = Восстановить
restore-how = Сначала закройте { $app }. Перед заменой будет сделана копия того, что есть сейчас, поэтому всё можно отменить.
restore-button = Восстановить
restore-all-word = восстановить всё
confirm-type = Для подтверждения введите: { $name }
confirm-wrong = Введено не то. Ничего не сделано.
undo = Отменить
undo-title = Отменить восстановление
undo-nothing = Отменять нечего.
undo-together = Они были восстановлены вместе и вернутся вместе.
undo-goes-back = «{ $workspace }» восстановлено из { $source }. Вернётся к { $backup }.
undo-look = Что это изменит?
undo-stays = До восстановления у «{ $workspace }» не было базы данных, всё останется как есть.
undo-button = Отменить восстановление
back = Назад

## Неполадки

warnings = Пожалуйста, прочтите
trouble-details = Подробности
trouble-damaged = Содержимое повреждено.
trouble-damaged-now = У вас ничего не изменилось. Выберите другую копию или файл.
trouble-busy = База данных открыта в другой программе.
trouble-busy-now = Ничего не изменилось. Закройте программу и попробуйте ещё раз.
trouble-no-space = На диске не хватает места.
trouble-no-space-now = Ничего не удалено. Освободите место и попробуйте ещё раз.
trouble-denied = Компьютер этого не разрешает.
trouble-denied-now = Ничего не изменилось. Проверьте, не защищён ли диск от записи и ваша ли это папка.
trouble-missing = Чего-то нет на месте.
trouble-missing-now = Ничего не изменилось. Проверьте, подключён ли диск и там ли файл.
trouble-foreign = Этот файл или папка не подходят.
trouble-foreign-now = Ничего не изменилось. Выберите другой.
trouble-cancelled = Остановлено.
trouble-cancelled-now = Ничего не изменилось; начать снова можно в любой момент.
trouble-io = Диск сообщил об ошибке.
trouble-io-now = Проверьте диск и кабель, потом попробуйте ещё раз.
trouble-refused = Так сделать нельзя.
trouble-refused-now = Ничего не изменилось.
trouble-locked = С этой папкой работает другая программа резервных копий.
trouble-locked-now = Ничего не изменилось. Закройте её и попробуйте ещё раз.
trouble-decided = Восстановление начато окончательно, но не завершено.
trouble-decided-now = Закройте эту страницу и программу, потом откройте программу снова: она завершит восстановление до начала работы.
trouble-no-home = Это не папка OmniCraft.
trouble-no-home-now = Ничего не изменилось.
trouble-catalog = Список копий не записывается.
trouble-catalog-now = Проверьте диск и попробуйте ещё раз. Сами копии не тронуты.
trouble-defect = В программе ошибка.
trouble-defect-now = Ничего не удалено. Запустите программу снова.

findings-caption = Что не так с этим файлом
findings-more = { $count ->
    [one] и ещё { $count }
    [few] и ещё { $count }
   *[many] и ещё { $count }
}
finding-file = Файл
finding-line = Строка
finding-column = Столбец
finding-text = Что там
