DROP TABLE journal;
DROP TABLE operation;
DROP TABLE undo_points;
DROP TABLE snapshots;
DROP TABLE workspaces;
DROP TABLE counters;
DROP TABLE policy;
