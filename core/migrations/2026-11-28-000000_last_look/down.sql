ALTER TABLE snapshots DROP COLUMN looked_at;
