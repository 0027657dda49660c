-- Files that people hand in. The bytes are outside, under the id. A file belongs to its uploader
-- until a case takes it; one that no case takes expires.
CREATE TABLE attachments (
    id TEXT PRIMARY KEY,
    owner TEXT NOT NULL,
    once TEXT NOT NULL,
    digest TEXT NOT NULL,
    name TEXT NOT NULL,
    mime TEXT NOT NULL,
    bytes BIGINT NOT NULL,
    case_id TEXT,
    created BIGINT NOT NULL,
    expires BIGINT,
    UNIQUE (owner, once),
    CHECK ((case_id IS NULL) = (expires IS NOT NULL))
);
CREATE INDEX attachments_case ON attachments (case_id, id);
CREATE INDEX attachments_expiry ON attachments (expires);
