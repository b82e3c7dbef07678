-- When a snapshot's file was last checked in full: old ones are checked again from time to time.
ALTER TABLE snapshots ADD COLUMN looked_at TEXT; -- UTC, RFC 3339; NULL where that has not been since it was published
