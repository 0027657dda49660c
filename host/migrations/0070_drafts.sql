-- Forms being filled in. Owned by a browser, by a digest of the secret in its cookie: a report may
-- be begun before anyone signs in. Erased when sent, and a day after the last change.
CREATE TABLE drafts (
    id TEXT PRIMARY KEY,
    owner TEXT NOT NULL,
    target TEXT NOT NULL,
    form TEXT NOT NULL,
    answers TEXT NOT NULL,
    sent TEXT,
    expires BIGINT NOT NULL
);
CREATE INDEX drafts_by_expiry ON drafts (expires);
CREATE INDEX drafts_by_owner ON drafts (owner);
