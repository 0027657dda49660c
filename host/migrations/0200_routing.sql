-- One clock may run for each of several units: a part asked of another has its own.
CREATE TABLE case_deadlines_by_part (
    case_id TEXT NOT NULL REFERENCES cases (id),
    clock TEXT NOT NULL,
    part TEXT NOT NULL,
    due BIGINT NOT NULL,
    paused BIGINT,
    PRIMARY KEY (case_id, clock, part)
);
INSERT INTO case_deadlines_by_part (case_id, clock, part, due, paused)
    SELECT case_id, clock, '', due, paused FROM case_deadlines;
DROP TABLE case_deadlines;
ALTER TABLE case_deadlines_by_part RENAME TO case_deadlines;
CREATE INDEX case_deadlines_by_due ON case_deadlines (due) WHERE paused IS NULL;

-- By which table a case moves, and what follows from it.
ALTER TABLE cases ADD COLUMN procedure TEXT NOT NULL DEFAULT 'incident';
UPDATE cases SET procedure = 'visit' WHERE course LIKE '%"procedure":"visit"%';
-- The keyed hash of the other party's phone number, of a mediation.
ALTER TABLE cases ADD COLUMN party_hash TEXT;
CREATE INDEX cases_by_party ON cases (party_hash, id) WHERE party_hash IS NOT NULL;
-- The case that this one follows.
ALTER TABLE cases ADD COLUMN follows TEXT REFERENCES cases (id);
CREATE INDEX cases_by_followed ON cases (follows, id) WHERE follows IS NOT NULL;
-- What waits for a supervisor's word: suspend, explain.
ALTER TABLE cases ADD COLUMN asks TEXT;
CREATE INDEX cases_by_asks ON cases (asks, division, id) WHERE asks IS NOT NULL;

-- What a case asks of units besides its holder: a part, a ruling by the one that sent it, whether
-- they take it, a confirmation.
CREATE TABLE case_parts (
    case_id TEXT NOT NULL REFERENCES cases (id),
    unit TEXT NOT NULL,
    part TEXT NOT NULL,
    PRIMARY KEY (case_id, unit, part)
);
CREATE INDEX case_parts_by_unit ON case_parts (unit, case_id);

-- The law, rule or duty item that a refusal or a return names.
ALTER TABLE case_words ADD COLUMN basis TEXT;

-- How the other party of a mediation is reached.
ALTER TABLE case_contacts ADD COLUMN party_name TEXT;
ALTER TABLE case_contacts ADD COLUMN party_phone TEXT;

-- Who supports a published topic, once each.
CREATE TABLE case_endorsements (
    case_id TEXT NOT NULL REFERENCES cases (id),
    principal TEXT NOT NULL,
    at BIGINT NOT NULL,
    PRIMARY KEY (case_id, principal)
);
