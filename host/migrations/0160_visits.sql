-- Who has a case in hand, for the list of visits of one person; filled from the next step on.
ALTER TABLE cases ADD COLUMN handler TEXT;
CREATE INDEX cases_by_handler ON cases (handler, due, id);

-- An incident, and the visit that it was found on.
CREATE TABLE case_links (
    case_id TEXT PRIMARY KEY REFERENCES cases (id),
    visit TEXT NOT NULL REFERENCES cases (id),
    at BIGINT NOT NULL
);
CREATE INDEX case_links_by_visit ON case_links (visit, case_id);
