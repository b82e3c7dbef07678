## Exports

export-title = A file to carry away
export-why = A backup on this computer does not survive this computer. A file on a stick or another disk does. It is read back and checked before it gets its name.
export-kind = What
export-database = A database.
export-database-for = This workspace, for OmniCraft and any program for SQLite.
export-csv = Tables.
export-csv-for = This workspace as a zip file with one CSV file per table, for Excel, LibreOffice and Google Sheets.
export-all = Everything.
export-all-for = Every workspace and the personal finance, all of one moment, for the stick in the drawer.
export-all-name = Everything
export-with-csv = Put the tables of each workspace into it too (with “Everything”)
export-place = Where to
export-download = Save it with the browser
export-folder = Into a folder of this computer
export-folder-path = Folder
export-name = Name of the file
export-replace = Replace a file of that name
export-button = Export
folder-missing = There is no such folder. Check how it is written, or whether the stick is plugged in.
folder-relative = Write the whole path of the folder, from its beginning.
folder-not-a-folder = That is a file and not a folder.
folder-ours = That folder belongs to OmniCraft itself. Choose one outside it.
folder-unreadable = That folder cannot be looked at. Choose another one.
folder-not-unicode = The name of that folder has letters that cannot be remembered. Choose another one.

## Imports

import-title = Bring a file back
import-what = A file that was exported once: a database, tables in a zip file, or everything.
import-drop = Drop the file here
import-choose = or choose it
import-sending = How much of the file has arrived
import-button = Look at it
import-safe = The whole file is read and checked first. Nothing is changed before you have seen what would change and have said yes.
import-nothing = There was no file.
import-broken = The file did not arrive whole. Try again.
import-too-large = The file is larger than what OmniCraft ever exports, or than the free space on this disk.
import-unknown = This is neither a database nor a file that OmniCraft has exported.
import-unreadable = The file cannot be read. It may be damaged, or not have been copied whole.
import-stranger = The file is of none of the workspaces here. Restore it into an empty folder of its own with the command line: omnicraft restore FILE --home FOLDER
import-whose-title = Whose is it?
import-whose = The file does not say which workspace it is of. Choose the one that it shall be compared with.
import-whose-workspace = Workspace
