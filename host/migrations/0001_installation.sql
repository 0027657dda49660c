-- Marks what kind of folder this is, for good: demo, development or production.
CREATE TABLE installation (
    id BIGINT PRIMARY KEY CHECK (id = 1),
    kind TEXT NOT NULL CHECK (kind IN ('demo', 'development', 'production')),
    created BIGINT NOT NULL
);
