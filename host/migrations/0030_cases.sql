-- A case as it stands: what its events, replayed, give. Words stand in case_words.
CREATE TABLE cases (
    id TEXT PRIMARY KEY,
    number TEXT NOT NULL UNIQUE,
    state TEXT NOT NULL,
    class TEXT,
    urgency TEXT NOT NULL,
    holder TEXT,
    lead_unit TEXT,
    overseer TEXT,
    division TEXT NOT NULL,
    address TEXT NOT NULL,
    lon DOUBLE PRECISION,
    lat DOUBLE PRECISION,
    channel TEXT NOT NULL,
    reporter TEXT,
    phone_hash TEXT,
    proxy TEXT,
    plugin TEXT,
    title TEXT NOT NULL,
    opened BIGINT NOT NULL,
    closed BIGINT,
    due BIGINT,
    duty_version TEXT NOT NULL,
    course TEXT NOT NULL,
    version BIGINT NOT NULL
);
CREATE INDEX cases_by_holder ON cases (holder, due, id);
CREATE INDEX cases_by_reporter ON cases (reporter, id);
CREATE INDEX cases_by_phone ON cases (phone_hash, id);
CREATE INDEX cases_by_class ON cases (class, id);
CREATE INDEX cases_by_overseer ON cases (overseer, due, id);
CREATE INDEX cases_by_state ON cases (state, division, id);

-- What happened, in order. `input` is what the engine was given; it holds no personal value.
CREATE TABLE case_events (
    id TEXT PRIMARY KEY,
    case_id TEXT NOT NULL REFERENCES cases (id),
    seq BIGINT NOT NULL,
    at BIGINT NOT NULL,
    action TEXT NOT NULL,
    state TEXT NOT NULL,
    holder TEXT,
    unit TEXT,
    role TEXT,
    plugin TEXT,
    due BIGINT,
    input TEXT NOT NULL,
    digest TEXT NOT NULL,
    previous TEXT NOT NULL,
    hash TEXT NOT NULL,
    UNIQUE (case_id, seq)
);

-- What people wrote, apart from the chain, so that it can be erased and the chain still holds:
-- an event carries only a salted digest of its words.
CREATE TABLE case_words (
    event TEXT PRIMARY KEY REFERENCES case_events (id),
    case_id TEXT NOT NULL REFERENCES cases (id),
    salt TEXT NOT NULL,
    words TEXT NOT NULL
);

-- The name and number of a reporter without an account.
CREATE TABLE case_contacts (
    case_id TEXT PRIMARY KEY REFERENCES cases (id),
    name TEXT,
    phone TEXT
);

CREATE TABLE case_deadlines (
    case_id TEXT NOT NULL REFERENCES cases (id),
    clock TEXT NOT NULL,
    due BIGINT NOT NULL,
    paused BIGINT,
    PRIMARY KEY (case_id, clock)
);
CREATE INDEX case_deadlines_by_due ON case_deadlines (due) WHERE paused IS NULL;

-- The units that have had to do with a case, and so may see it.
CREATE TABLE case_units (
    case_id TEXT NOT NULL REFERENCES cases (id),
    unit TEXT NOT NULL,
    PRIMARY KEY (case_id, unit)
);

-- The serial of the day in a district.
CREATE TABLE case_serials (
    division TEXT NOT NULL,
    day TEXT NOT NULL,
    last BIGINT NOT NULL,
    PRIMARY KEY (division, day)
);

-- What was answered to a command that may be sent again.
CREATE TABLE case_once (
    principal TEXT NOT NULL,
    once TEXT NOT NULL,
    case_id TEXT NOT NULL,
    version BIGINT NOT NULL,
    at BIGINT NOT NULL,
    PRIMARY KEY (principal, once)
);

-- What plugins proposed, and what a person then chose.
CREATE TABLE case_suggestions (
    case_id TEXT NOT NULL REFERENCES cases (id),
    plugin TEXT NOT NULL,
    revision TEXT NOT NULL,
    class TEXT NOT NULL,
    urgency TEXT NOT NULL,
    confidence DOUBLE PRECISION NOT NULL,
    reason TEXT NOT NULL,
    chosen_class TEXT,
    chosen_urgency TEXT,
    PRIMARY KEY (case_id, plugin)
);
