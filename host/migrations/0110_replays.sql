-- What came of a revision's own recorded test calls when it was uploaded: what reviewers compare.
CREATE TABLE plugin_replays (
    revision TEXT PRIMARY KEY,
    replay TEXT NOT NULL,
    at BIGINT NOT NULL
);
