DELETE FROM operation;
ALTER TABLE undo_points DROP COLUMN operation;
