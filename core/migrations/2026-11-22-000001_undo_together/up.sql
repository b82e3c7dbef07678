-- Workspaces that were restored by one operation are undone together.
ALTER TABLE undo_points ADD COLUMN operation INTEGER; -- NULL where it is not known: then the point stands alone

-- An operation's JSON is read differently from here on.
DELETE FROM operation;
