-- The instrument by which a unit was founded: without one it has no authority (法无授权不可为).
-- `lent` is until when one from before this rule may act without; 0 is turned into a date at the
-- next start, and NULL is no leave.
ALTER TABLE units ADD COLUMN instrument TEXT;
ALTER TABLE units ADD COLUMN lent BIGINT;
UPDATE units SET lent = 0;

-- Versions of the duty list; none is ever changed. `division` is empty for the list that counts
-- everywhere, and a district's code for what that district tightens. `document` is TOML.
CREATE TABLE duty_lists (
    version TEXT PRIMARY KEY,
    division TEXT NOT NULL,
    since BIGINT NOT NULL,
    document TEXT NOT NULL,
    put_by TEXT NOT NULL,
    put_at BIGINT NOT NULL
);

-- The working calendar, a year a row. `holidays` and `workdays` are JSON.
CREATE TABLE calendar_years (
    year BIGINT PRIMARY KEY,
    source TEXT NOT NULL,
    holidays TEXT NOT NULL,
    workdays TEXT NOT NULL,
    put_by TEXT NOT NULL,
    put_at BIGINT NOT NULL
);

-- One row, counted up with every change of the two above: what hosts read to see whether what
-- they hold is still all there is.
CREATE TABLE duty_pointer (
    one BIGINT PRIMARY KEY CHECK (one = 1),
    generation BIGINT NOT NULL
);
INSERT INTO duty_pointer (one, generation) VALUES (1, 0);

-- Rulings on disputes, proposed as changes to the list.
CREATE TABLE duty_precedents (
    id TEXT PRIMARY KEY,
    case_id TEXT NOT NULL,
    class TEXT NOT NULL,
    division TEXT NOT NULL,
    from_unit TEXT NOT NULL,
    to_unit TEXT NOT NULL,
    reason TEXT NOT NULL,
    ruled_by TEXT NOT NULL,
    at BIGINT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('open', 'accepted', 'rejected')),
    decided BIGINT,
    decided_by TEXT,
    answer TEXT,
    version TEXT
);
CREATE INDEX duty_precedents_by_state ON duty_precedents (state, id);
