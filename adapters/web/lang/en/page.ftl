# Every text of the Time Machine page in English. Names say where a text stands.

## Dates

date = { $day } { $month } { $year }
date-time = { $date } { $time }
month-short-1 = Jan
month-short-2 = Feb
month-short-3 = Mar
month-short-4 = Apr
month-short-5 = May
month-short-6 = Jun
month-short-7 = Jul
month-short-8 = Aug
month-short-9 = Sep
month-short-10 = Oct
month-short-11 = Nov
month-short-12 = Dec
month-year = { $month } { $year }
month-1 = January
month-2 = February
month-3 = March
month-4 = April
month-5 = May
month-6 = June
month-7 = July
month-8 = August
month-9 = September
month-10 = October
month-11 = November
month-12 = December
weekday-1 = Monday
weekday-2 = Tuesday
weekday-3 = Wednesday
weekday-4 = Thursday
weekday-5 = Friday
weekday-6 = Saturday
weekday-7 = Sunday
weekday-short-1 = Mo
weekday-short-2 = Tu
weekday-short-3 = We
weekday-short-4 = Th
weekday-short-5 = Fr
weekday-short-6 = Sa
weekday-short-7 = Su
age-today = Today
age-yesterday = Yesterday
age-days =
    { $count ->
        [one] { $count } day ago
       *[other] { $count } days ago
    }
age-ahead = clock was ahead: { $date }
age-time = { $day } { $time }
ago-now = just now
ago-minutes =
    { $count ->
        [one] { $count } minute ago
       *[other] { $count } minutes ago
    }
ago-hours =
    { $count ->
        [one] { $count } hour ago
       *[other] { $count } hours ago
    }
ago-days =
    { $count ->
        [one] { $count } day ago
       *[other] { $count } days ago
    }

## Rows in the words of the business; those of each table in English are the app's own

rows =
    { $count ->
        [one] { $number } row
       *[other] { $number } rows
    }
rows-in =
    { $count ->
        [one] { $number } row in { $table }
       *[other] { $number } rows in { $table }
    }
rows-more =
    { $tables ->
        [one] { $rows } in { $tables } more table
       *[other] { $rows } in { $tables } more tables
    }
list-nothing = nothing
list-and = { $first } and { $last }

## What a restore would change

differences-unreadable = The present database cannot be read: { $reason }
differences-lost = { $rows } made since then will be lost
differences-back = { $rows } will come back
differences-changed =
    { $count ->
        [one] { $rows } returns to its older value
       *[other] { $rows } return to older values
    }
differences-schema = Its tables, columns, triggers or views are not those of the present database
differences-none = Nothing would change

## Every page

title = Time Machine
skip = Go to the content
footer = Everything here stays on this computer. Only this browser can see it.
tools = Settings and language
settings = Settings
workspaces = Workspaces
workspace = Workspace
workspace-choose = Choose a workspace
workspace-frozen = look here
offline = The program no longer answers. Start it again; nothing is lost.
