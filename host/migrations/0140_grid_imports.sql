-- Imports of divisions. One that was cut off stays `loading`; its rows are there and not in force.
CREATE TABLE grid_imports (
    id TEXT PRIMARY KEY,
    digest TEXT NOT NULL,
    complete BIGINT NOT NULL CHECK (complete IN (0, 1)),
    state TEXT NOT NULL CHECK (state IN ('loading', 'active', 'refused')),
    started BIGINT NOT NULL,
    finished BIGINT,
    total BIGINT NOT NULL,
    done BIGINT NOT NULL,
    added BIGINT NOT NULL,
    changed BIGINT NOT NULL,
    ended BIGINT NOT NULL,
    problems TEXT NOT NULL
);

-- The import that brought a division, which is in force only when that is: putting 660,000
-- divisions in force changes one row. NULL for those that were written at once.
ALTER TABLE divisions ADD COLUMN import TEXT;
