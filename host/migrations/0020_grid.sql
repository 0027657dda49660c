-- Administrative divisions. A code is 2, 4, 6, 9 or 12 digits; what is above is a prefix of it.
CREATE TABLE divisions (
    code TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    name_en TEXT NOT NULL,
    parent TEXT REFERENCES divisions (code),
    valid_from BIGINT NOT NULL,
    valid_until BIGINT
);

-- Boundaries of grid cells, 15 digits. A code has one row for each boundary it ever had: an old
-- case keeps its old cell. The geometry is GeoJSON in CGCS2000.
CREATE TABLE grid_cells (
    code TEXT NOT NULL,
    version BIGINT NOT NULL,
    name TEXT NOT NULL,
    name_en TEXT NOT NULL,
    community TEXT NOT NULL REFERENCES divisions (code),
    synthetic BIGINT NOT NULL CHECK (synthetic IN (0, 1)),
    geometry TEXT NOT NULL,
    valid_from BIGINT NOT NULL,
    valid_until BIGINT,
    PRIMARY KEY (code, version),
    CHECK (valid_until IS NULL OR valid_until > valid_from)
);
CREATE INDEX grid_cells_live ON grid_cells (valid_until);
