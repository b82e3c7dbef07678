## Cards, worded as in the manual

card-pinned = Pinned: { $name }
card-facts = ({ $when } | { $size })
slot-daily = Daily Backup
slot-weekly = Weekly Backup
slot-monthly = Monthly Backup
slot-yearly = Yearly Backup
slot-close = Close Backup { $place }
slot-before-migration = Before Migration
slot-before-accounting-reset = Before Accounting Reset
slot-before-factory-reset = Before Factory Reset
slot-before-restore = Before Restore
slot-manual = Manual Backup
slot-kept = Kept Backup
slot-damaged = Damaged Database
slot-set-aside = Database Set Aside

trigger-startup = Taken when the app started
trigger-timer = Taken while the app was running
trigger-close = Taken when the app closed
trigger-before_migration = Taken before the database was brought to a new version
trigger-before_accounting_reset = Taken before an accounting reset
trigger-before_factory_reset = Taken before a factory reset
trigger-before_restore = Taken before a restore
trigger-manual = Taken because somebody asked for it
trigger-damage = Set aside because the database was damaged
trigger-found = Found in the folder of backups, and checked

level-damaged = Damaged
level-means-damaged = kept as it was found; it cannot be restored
level-sound = Sound
level-means-sound = opened and checked when it was taken
level-proven = Proven
level-means-proven = every page and index of it was checked
level-drilled = Rehearsed
level-means-drilled = a restore from it was tried out and went well

card-suspect = Not trusted
card-kept = Kept for good
card-look = Look and restore
card-more = Details
cards-pages = Pages of backups
cards-page = Page { $page } of { $pages }
cards-newer = Newer
cards-older = Older

backups =
    { $count ->
        [one] { $number } backup
       *[other] { $number } backups
    }
backups-of-day = Backups of { $date }
backups-all = Show all backups
backups-none-of-day = There is no backup of this day.

## The banner

safety-safe = You are safe
safety-risk = Something needs your attention
safety-unsafe = Your work is in danger
finding-tip = Advice
finding-risk = Attention
finding-unsafe = Danger
banner-newest = Newest good backup
banner-none = none yet
banner-copies = Copies
banner-only-here = All copies are on this computer. Theft, fire or a dead disk would take them all.
banner-carry = Carry one away
banner-disk = Disk
banner-space = Backups use { $used }; { $free } are free
banner-unknown = an unknown amount
banner-failure = Last failure
banner-no-failure = none in the last days
banner-elsewhere = Something needs attention in another workspace:

moment-recovery = After an interruption
moment-startup = Backup at the start
moment-shutdown = Backup at closing
moment-safeguard = Backup before something is wiped
moment-manual = Backup on request
moment-export = Export
moment-preview = Preview
moment-restore = Restore
moment-undo = Undo
moment-verify = Check
moment-drill = Rehearsal
moment-register = List of workspaces
moment-policy = Settings

concern-missing = The database is not where it should be.
concern-frozen = The data looks doubtful, so backups are held back and no good one is lost.
concern-no-backup = There is no backup that can be restored.
concern-old =
    { $count ->
        [one] The newest backup is { $count } day old.
       *[other] The newest backup is { $count } days old.
    }
concern-suspect = { $backup } is not trusted
concern-future =
    { $count ->
        [one] { $count } backup says it was taken in the future: the clock was or is wrong.
       *[other] { $count } backups say they were taken in the future: the clock was or is wrong.
    }
concern-unproven = No backup has been checked in full yet.
concern-space = { $free } are free on this disk, and a backup needs { $needed }.
concern-nothing = Nothing is looked after here.
concern-space-unknown = The free space beside the backups cannot be seen.
concern-under-way = Something is under way, or was interrupted.

remedy-missing = Bring it back from the last good backup.
remedy-put-back = Put the file back to { $place }.
remedy-frozen = Look at the last good backup and go back to it. Or, if the data is right as it is, take a backup now. If that is refused, save what is in its tables as a database: that file can be restored.
remedy-frozen-alone = There is no good backup to go back to: keep a copy of the file, and try to save what is in its tables as a database.
remedy-no-backup = Take one now, with the button below.
remedy-old = Work since then is not backed up. Take one now, with the button below.
remedy-suspect = It is kept as it is and never counted. You can have it checked again.
remedy-future = Check the date of this computer. They are kept, and count for nothing until then.
remedy-unproven = The newest one can be checked now; you can go on working.
remedy-space = Free some space. A full disk deletes nothing, but takes no backup either.
remedy-nothing = Start the app once, or bring a file back.
remedy-space-unknown = Check that the disk of the backups is there.
remedy-under-way = It is finished or undone at the next start.

deed-go-back = Go back to { $backup }
deed-as-it-is = The data is right as it is: take a backup
deed-about = Look at it

## The undo bar

undo-bar = The last restore
undo-bar-text = Restored from { $source } { $ago }.
undo-bar-together =
    { $count ->
        [one] Restored from { $source } { $ago }, together with { $count } other workspace.
       *[other] Restored from { $source } { $ago }, together with { $count } other workspaces.
    }
undo-bar-button = Undo…
undo-bar-dismiss = Dismiss

## What can be done

actions = What you can do
action-name = Name (optional)
action-name-means = A backup with a name is kept until you say otherwise.
action-snapshot = Back up now
action-export = Export
action-import = Import
action-reset = Start over

## The calendar

calendar = Covered days
calendar-months = Months
calendar-previous = Earlier, up to { $month }
calendar-next = Later, up to { $month }
calendar-legend = What the letters mean
calendar-empty = There is no backup in these months.
mark-letter-daily = D
mark-letter-weekly = W
mark-letter-monthly = M
mark-letter-yearly = Y
mark-letter-close = C
mark-letter-manual = H
mark-letter-before = B
mark-letter-bad = !
mark-daily = daily
mark-weekly = weekly
mark-monthly = monthly
mark-yearly = yearly
mark-close = at closing
mark-manual = by hand
mark-before = before a change
mark-bad = not trusted

## Nothing there yet

empty-home = Nothing is looked after here yet
empty-home-start = Start { $app } once: it makes your first workspace, and from then on backups are taken by themselves.
empty-home-file = Or bring a file back that was exported on another computer.
empty-home-database = Any other SQLite database can be looked after, too:
empty-backups = No backup yet
empty-backups-start = Take the first one now, with the button “Back up now”. From then on { $app } takes one whenever it starts and closes.

## One backup

about-back = Back to { $workspace }
about-restore = Look and restore
about-not-restorable = Nothing can be restored from it. It is kept as it is; only you may remove it.
about-facts = About this backup
about-kind = Kind
about-why = Why
about-taken = When
about-size = Size
about-holds = It holds
about-file = File
about-pin = Keep it for good
about-pin-means = A pinned backup is never removed, however many come after it.
about-pin-name = Name
about-pin-button = Pin
about-unpin-means = It is pinned, and never removed. Without the pin it stays as long as the settings say.
about-unpin-button = Take the pin off
about-proofs = How sure is it?
about-verify-means = A full check reads every page and index of it. Your books are not touched, and you can go on working.
about-verify = Check in full
about-drill-means = A rehearsal restores it beside your books and opens it. Your books are not touched.
about-drill = Rehearse a restore

## Resets

reset-accounting = Accounting reset
reset-accounting-short = Wipes sales, purchases and money, keeps what you sell and to whom
reset-accounting-title = Accounting reset of “{ $workspace }”
reset-accounting-means = The history of your business is wiped: it begins anew with the goods, recipes and clients that it has.
reset-accounting-keeps = Materials, recipes, showcase, clients, suppliers, accounts and settings stay. Stocks become zero, and accounts return to their opening balance.
reset-accounting-button = Wipe the history
reset-factory = Factory reset
reset-factory-short = Wipes everything, as on the first day
reset-factory-title = Factory reset of “{ $workspace }”
reset-factory-means = Everything in this business is wiped: it is as on the first day.
reset-factory-keeps = The name of the workspace, and every backup.
reset-factory-button = Wipe everything
reset-wipes = What will be wiped
reset-what = What
reset-rows = Rows
reset-nothing = There is nothing to wipe.
reset-keeps = What stays
reset-safeguard = A verified backup is taken first. Without it nothing is wiped, and with it everything can be brought back.
reset-confirm = Confirm
reset-cancel = Leave it as it is
reset-unknown = Nobody can tell what would be wiped, so nothing can be reset now.
