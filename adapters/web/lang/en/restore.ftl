## Jobs

job-snapshot = Taking a backup of “{ $workspace }”
job-pin = Changing the pin of { $backup }
job-verify = Checking { $backup } in full
job-drill = Rehearsing a restore of { $backup }
job-preview = Restoring “{ $workspace }” from { $source }?
job-preview-all = Restoring everything from { $source }?
job-rows = Looking for the rows of { $table }
job-restore = Restoring “{ $workspace }” from { $source }
job-restore-all = Restoring everything from { $source }
job-undo = Undoing the restore of “{ $workspace }”
job-export-database = Exporting “{ $workspace }” as a database
job-export-csv = Exporting “{ $workspace }” as tables
job-export-all = Exporting everything
job-accounting-reset = Accounting reset of “{ $workspace }”
job-factory-reset = Factory reset of “{ $workspace }”
job-policy = Changing how many backups are kept

job-waiting = Waiting until something else is done…
job-blocked = Waiting for { $app }: it is at work in this home. Close it, and this goes on by itself.
job-stopping = Stopping…
job-cancel = Stop
job-taken-back = Stopped before it began. Nothing was changed.
job-nothing-changed = Nothing was changed.
job-may-leave = You may close this page; it goes on by itself, and this page shows how it ended when you come back.
job-on = Continue
job-again = Try again
job-download = Save the file
job-decided = The restore is decided, but could not be finished. The next start finishes it.
job-open-app = You can open { $app } again.
job-app-started = { $app } is being opened again.
job-lies-at = The file lies at { $path }.

job-outdated = Nothing was done: your books are no longer as they were when you looked.
job-outdated-now = Somebody has worked in them since, or something else was done first. Look again, and decide then.

step-beginning = Beginning…
step-checking = Checking…
step-compacting = Giving unused space back…
step-comparing = Comparing…
step-copying = Copying…
step-exporting = Writing the file…
step-importing = Building the database…
step-keeping = Keeping a copy…
step-optimizing = Tidying up…
step-packing = Packing…
step-preparing = Preparing…
step-reading-back = Reading back what was written…
step-reading = Reading…
step-rehearsing = Rehearsing…
step-unpacking = Unpacking…

done-snapshot = The backup is taken and verified.
done-pin = The pin is changed.
done-verify = The check is done.
done-drill = The rehearsal went well: the backup was restored beside your books and opened.
done-preview = The look is done.
done-restore = Your books are back.
done-restore-all = Everything is back.
done-undo = Everything is as it was before the restore.
done-export = The file is written, and was read back and checked.
done-reset = The reset is done.
done-reset-back = A backup from before it was taken first; restoring it brings everything back.
done-reset-look = Look at that backup
done-policy = Saved. Files are removed after the next backup at the earliest.

## Preview

preview-as-of = Compared with your books as they were on { $time }. Nothing has been changed.
preview-exported = The file is of { $time }.
preview-needless = Your books are what this backup holds, so there is no need to restore it.
preview-summary = What will change
tables-caption = Rows, table by table
tables-what = What
tables-lost = will be lost
tables-back = will come back
tables-changed = return to an older value
chart-caption = Rows per day, today and after the restore
chart-heading = Where the difference is
chart-now = in your books today
chart-after = after the restore
chart-day = { $day }: { $now } today, { $after } after the restore
chart-nothing = On the last { $days } days both have the same number of rows.
chart-table = The same as a table
chart-date = Day
edited-caption = Changed since the export, and taken as it is now
everything-added = Is not here yet, and will be added.
everything-kept = Is not in the file: it stays as it is, and a backup of it is taken first.
accept-edited = Take the file as it is now, although it was changed since it was exported
trust-schema = Trust the tables that the file describes (only for a database that is not OmniCraft’s)
look-again = Look again

## Rows

rows-title = { $table }: { $fate }
rows-lost = will be lost
rows-back = will come back
rows-changed = return to an older value
rows-count = Rows { $first } to { $last } of { $total }
rows-none = There are no such rows.
rows-unlisted = Only the first { $count } can be looked at one by one.
rows-gone = These rows can no longer be looked at: the backup is gone, or the database cannot be read now.
rows-next = Next page
rows-previous = Previous page
rows-now = today
rows-after = after the restore
rows-side = When
rows-blob = binary data, { $size }
rows-null = empty
rows-back-to-preview = Back to the preview

## Confirming

restore-heading = Restore
restore-how = Close { $app } first. What is in your books now is backed up before anything is replaced, so that you can undo it.
restore-button = Restore
restore-all-word = restore all
confirm-type = To confirm, type: { $name }
confirm-wrong = That is not what was asked for. Nothing was done.
undo = Undo
undo-title = Undo the restore
undo-nothing = There is no restore to undo.
undo-together = These were restored together, and go back together.
undo-goes-back = “{ $workspace }” was restored from { $source }. It goes back to { $backup }.
undo-look = What would that change?
undo-stays = “{ $workspace }” had no database before the restore, and stays as it is.
undo-button = Undo the restore
back = Back

## Trouble

warnings = Please read this
trouble-details = Details
trouble-damaged = The content is damaged.
trouble-damaged-now = Nothing of yours was changed. Choose another backup or file.
trouble-busy = Another program has the database open.
trouble-busy-now = Nothing was changed. Close the app, and try again.
trouble-no-space = There is not enough free space on the disk.
trouble-no-space-now = Nothing was deleted. Free some space and try again.
trouble-denied = The computer does not allow it.
trouble-denied-now = Nothing was changed. Check that the disk is not write-protected and that the folder is yours.
trouble-missing = Something that should be there is not.
trouble-missing-now = Nothing was changed. Check that the disk is plugged in and the file is where it was.
trouble-foreign = This file or folder cannot be used for it.
trouble-foreign-now = Nothing was changed. Choose another one.
trouble-cancelled = Stopped.
trouble-cancelled-now = Nothing was changed; start it again at any time.
trouble-io = The disk reported an error.
trouble-io-now = Check the disk and its cable, then try again.
trouble-refused = This cannot be done.
trouble-refused-now = Nothing was changed.
trouble-locked = Another backup engine is at work in this home.
trouble-locked-now = Nothing was changed. Close the app that runs it, and try again.
trouble-decided = The restore is decided, but could not be finished.
trouble-decided-now = Close this page and the app, then open the app again: it finishes the restore before you work on.
trouble-no-home = This folder is not a home of OmniCraft.
trouble-no-home-now = Nothing was changed.
trouble-catalog = The list of backups cannot be written.
trouble-catalog-now = Check the disk, then try again. The backups themselves are not touched.
trouble-defect = The program has a defect here.
trouble-defect-now = Nothing was deleted. Start the program again.

findings-caption = What speaks against this file
findings-more = { $count ->
    [one] and { $count } more
   *[other] and { $count } more
}
finding-file = File
finding-line = Line
finding-column = Column
finding-text = What is there
