-- What cases and their notes are found by: the terms of `text::terms`, one space between two.
-- `doc` orders cases as their ids do, and is what each database's own index points at; that index
-- is made by db/cases/search.rs, since it has no form that both databases know.
CREATE TABLE case_search (
    doc BIGINT PRIMARY KEY,
    case_id TEXT NOT NULL UNIQUE REFERENCES cases (id),
    terms TEXT NOT NULL
);
CREATE INDEX case_words_by_case ON case_words (case_id);

CREATE INDEX cases_by_position ON cases (lat, lon);
CREATE INDEX cases_by_division ON cases (division, opened);

-- How far the cases of before have been indexed: the next one, from the newest down. One row until
-- all are, then none.
CREATE TABLE case_search_backlog (next TEXT PRIMARY KEY);
INSERT INTO case_search_backlog (next) SELECT MAX(id) FROM cases HAVING COUNT(*) > 0;

-- Who is told of a case that somebody else reported: an account, or `phone:` and the keyed hash of
-- a number.
CREATE TABLE case_followers (
    case_id TEXT NOT NULL REFERENCES cases (id),
    follower TEXT NOT NULL,
    account TEXT,
    at BIGINT NOT NULL,
    PRIMARY KEY (case_id, follower)
);
CREATE INDEX case_followers_by_follower ON case_followers (follower, case_id);

-- What the host has noticed among cases, and what a person made of it. `subject` is the class of a
-- cluster, or the keyed hash of the number of who called again and again.
CREATE TABLE case_hints (
    id TEXT PRIMARY KEY,
    kind TEXT NOT NULL,
    subject TEXT NOT NULL,
    division TEXT NOT NULL,
    cases BIGINT NOT NULL,
    metres BIGINT,
    days BIGINT NOT NULL,
    found BIGINT NOT NULL,
    seen BIGINT NOT NULL,
    decision TEXT,
    decided_by TEXT,
    decided BIGINT
);
CREATE INDEX case_hints_by_division ON case_hints (division, decision, id);
CREATE TABLE case_hint_cases (
    hint TEXT NOT NULL REFERENCES case_hints (id),
    case_id TEXT NOT NULL REFERENCES cases (id),
    PRIMARY KEY (hint, case_id)
);
CREATE INDEX case_hint_cases_by_case ON case_hint_cases (case_id);
