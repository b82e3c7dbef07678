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
