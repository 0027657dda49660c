-- What the figures of a case are made of: one row a case, written with each of its events. Derived:
-- the event log alone gives the same row (`onedoor figures recount`). The host fills it for the
-- cases that it finds without one. Times are microseconds; `day` is the local day it was handed in.
CREATE TABLE case_facts (
    case_id TEXT PRIMARY KEY REFERENCES cases (id),
    division TEXT NOT NULL,
    procedure TEXT NOT NULL,
    class TEXT NOT NULL,
    unit TEXT NOT NULL,
    level BIGINT NOT NULL,
    day TEXT NOT NULL,
    state TEXT NOT NULL,
    since BIGINT NOT NULL,
    opened BIGINT NOT NULL,
    ended BIGINT,
    due BIGINT,
    responded BIGINT,
    response_due BIGINT,
    resolved BIGINT,
    resolve_due BIGINT,
    contacted BIGINT,
    solved BIGINT,
    satisfied BIGINT,
    missed BIGINT NOT NULL,
    overseen BIGINT NOT NULL,
    raised BIGINT NOT NULL,
    returned BIGINT NOT NULL,
    reworked BIGINT NOT NULL,
    reopened BIGINT NOT NULL,
    suspended BIGINT NOT NULL,
    parts BIGINT NOT NULL,
    parts_refused BIGINT NOT NULL,
    forms BIGINT NOT NULL,
    fields BIGINT NOT NULL,
    held BIGINT NOT NULL,
    excluded TEXT,
    excluded_at BIGINT,
    excluded_unit TEXT,
    excluded_by TEXT,
    approved_by TEXT,
    -- 1: counted in case_sums, and so no more from here.
    summed BIGINT NOT NULL
);
-- Everything that a figure asks of the few cases that are in no sum, side by side: looking each up
-- in a table of millions costs more than counting them.
CREATE INDEX case_facts_unsummed ON case_facts (division, day, procedure, class, unit, level, state,
    opened, ended, due, responded, response_due, resolved, resolve_due, contacted, solved, satisfied,
    missed, overseen, raised, returned, reworked, reopened, suspended, parts, parts_refused, forms,
    fields, held, excluded, case_id, summed) WHERE summed = 0;
CREATE INDEX case_facts_ended ON case_facts (ended) WHERE summed = 0 AND ended IS NOT NULL;
CREATE INDEX case_facts_by_place ON case_facts (division, day);
CREATE INDEX case_facts_by_day ON case_facts (day, division);
CREATE INDEX case_facts_excluded ON case_facts (excluded, case_id) WHERE excluded IS NOT NULL;

-- How long a case was in each state, of stays that are over.
CREATE TABLE case_stays (
    case_id TEXT NOT NULL REFERENCES cases (id),
    state TEXT NOT NULL,
    stays BIGINT NOT NULL,
    micros BIGINT NOT NULL,
    PRIMARY KEY (case_id, state)
);

CREATE INDEX case_stays_whole ON case_stays (case_id, state, stays, micros);

-- Sums of the cases that have ended, by month and street, so that a district need not count a
-- million rows. A case that is taken up again is taken out of them in the same write.
CREATE TABLE case_sums (
    month TEXT NOT NULL,
    place TEXT NOT NULL,
    procedure TEXT NOT NULL,
    class TEXT NOT NULL,
    unit TEXT NOT NULL,
    level BIGINT NOT NULL,
    received BIGINT NOT NULL,
    response_due BIGINT NOT NULL,
    response BIGINT NOT NULL,
    resolution_due BIGINT NOT NULL,
    in_time BIGINT NOT NULL,
    resolved BIGINT NOT NULL,
    rated BIGINT NOT NULL,
    contacted BIGINT NOT NULL,
    resolution BIGINT NOT NULL,
    satisfaction BIGINT NOT NULL,
    missed BIGINT NOT NULL,
    overseen BIGINT NOT NULL,
    raised BIGINT NOT NULL,
    returned BIGINT NOT NULL,
    reworked BIGINT NOT NULL,
    reopened BIGINT NOT NULL,
    suspended BIGINT NOT NULL,
    shared BIGINT NOT NULL,
    part_refused BIGINT NOT NULL,
    visits BIGINT NOT NULL,
    visits_made BIGINT NOT NULL,
    visits_missed BIGINT NOT NULL,
    explained BIGINT NOT NULL,
    merged BIGINT NOT NULL,
    withdrawn BIGINT NOT NULL,
    declined BIGINT NOT NULL,
    unanswered BIGINT NOT NULL,
    cancelled BIGINT NOT NULL,
    unrated BIGINT NOT NULL,
    response_time BIGINT NOT NULL,
    resolution_time BIGINT NOT NULL,
    forms BIGINT NOT NULL,
    fields BIGINT NOT NULL,
    held BIGINT NOT NULL,
    responded BIGINT NOT NULL,
    PRIMARY KEY (place, month, procedure, class, unit, level)
);
CREATE TABLE stay_sums (
    month TEXT NOT NULL,
    place TEXT NOT NULL,
    procedure TEXT NOT NULL,
    class TEXT NOT NULL,
    unit TEXT NOT NULL,
    level BIGINT NOT NULL,
    state TEXT NOT NULL,
    cases BIGINT NOT NULL,
    stays BIGINT NOT NULL,
    micros BIGINT NOT NULL,
    PRIMARY KEY (place, month, procedure, class, unit, level, state)
);

-- What was done on a day, for the digest of a desk.
CREATE INDEX case_events_by_action ON case_events (action, at, case_id);

-- Queues in order of time left, among what has not ended: a desk's, and those of a whole area.
CREATE INDEX cases_held ON cases (holder, (COALESCE(due, 9007199254740991)), id)
    WHERE closed IS NULL;
CREATE INDEX cases_open ON cases
    ((COALESCE(due, 9007199254740991)), id, division, state, procedure, due) WHERE closed IS NULL;
