-- What cases and their notes are found by: the terms of `text::terms`, one space between two.
-- `doc` orders cases as their ids do, and is what each database's own index points at; that index
-- is made by db/cases/search.rs, since it has no form that both databases know.
CREATE TABLE case_search (
    doc BIGINT PRIMARY KEY,
    case_id TEXT NOT NULL UNIQUE REFERENCES cases (id),
    terms TEXT NOT NULL
);
CREATE INDEX case_words_by_case ON case_words (case_id);

-- How far the cases of before have been indexed: the next one, from the newest down. One row until
-- all are, then none.
CREATE TABLE case_search_backlog (next TEXT PRIMARY KEY);
INSERT INTO case_search_backlog (next) SELECT MAX(id) FROM cases HAVING COUNT(*) > 0;
