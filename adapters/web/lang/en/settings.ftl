## How many backups are kept

settings-title = How many backups are kept
settings-means = Newer backups push older ones of their kind out, so that the disk does not fill up. Pinned ones and the newest good ones stay whatever you choose here.
settings-save = Save
settings-look = Show what would be kept
settings-later = Saving removes nothing at once: files are removed only after the next backup was taken and verified.
settings-in-force = Now in force: { $daily } daily, { $weekly } weekly, { $monthly } monthly and { $yearly } yearly backups, within { $budget } for each workspace.

policy-daily = Daily backups
policy-daily-hint = One for each day on which the app was started
policy-weekly = Weekly backups
policy-weekly-hint = One for each week
policy-monthly = Monthly backups
policy-monthly-hint = One for each month
policy-yearly = Yearly backups
policy-yearly-hint = One for each year
policy-ring = Backups at closing
policy-ring-hint = Of the last times that the app was closed with something new
policy-safeguards = Backups before a change
policy-safeguards-hint = Of each kind: before a restore, a reset, a new version. Those of the last seven days are kept in any case
policy-manual = Backups by hand
policy-manual-hint = Of those that you took without a name
policy-undo_depth = Restores that can be undone
policy-undo_depth-hint = One after the other
policy-budget = Space, in megabytes
policy-budget-hint = For each workspace; what is over it goes, the oldest of each kind first
policy-wrong = Enter a whole number from { $least } to { $most }.

picture = What would be kept
picture-wrong-numbers = Correct the numbers to see what would be kept.
picture-nothing = There is no workspace yet.
picture-no-backup = No backup yet.
picture-all-kept =
    { $kept ->
        [one] The only backup is kept: { $size } of { $budget }. Nothing is removed.
       *[other] All { $kept } backups are kept: { $size } of { $budget }. Nothing is removed.
    }
picture-summary =
    { $kept ->
        [one] { $kept } backup is kept: { $size } of { $budget }.
       *[other] { $kept } backups are kept: { $size } of { $budget }.
    } { $removed ->
        [one] { $removed } would be removed after the next backup, and frees { $freed }.
       *[other] { $removed } would be removed after the next backup, and free { $freed }.
    }
picture-frozen = Nothing is removed as long as the data of this workspace looks doubtful.
picture-table = Each backup of { $workspace }, and why it stays or goes
picture-backup = Backup
picture-fate = Fate
picture-why = Why
picture-kept = Kept
picture-gone = Removed
picture-more = … and { $count } more.

keep-slot = it has a place of its own that is always kept
keep-pinned = you pinned it
keep-newest = it is the newest good one that is checked so well
keep-undo = the undo of a restore needs it
keep-recent = it was taken before a change, in the last seven days
keep-depth = it is one of as many as you want of its kind
keep-future = its date lies in the future, so it counts for nothing
keep-not-ours = it is not trusted or was set aside; only you may remove it
remove-depth = enough newer ones of its kind are kept
remove-budget = all backups together take more space than you allow
