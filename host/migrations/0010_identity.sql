-- Offices of government. `kind` is what the duty list names as lead.
CREATE TABLE units (
    id TEXT PRIMARY KEY,
    name_zh TEXT NOT NULL,
    name_en TEXT NOT NULL,
    kind TEXT NOT NULL,
    division TEXT NOT NULL,
    parent TEXT
);
CREATE INDEX units_by_place ON units (division, kind);

-- People and machines that sign in. Personal values stand here and nowhere else in the clear.
CREATE TABLE accounts (
    id TEXT PRIMARY KEY,
    kind TEXT NOT NULL CHECK (kind IN ('person', 'service')),
    login TEXT UNIQUE,
    name TEXT NOT NULL,
    phone TEXT,
    phone_hash TEXT UNIQUE,
    community TEXT,
    password TEXT,
    must_change BIGINT NOT NULL DEFAULT 0,
    created BIGINT NOT NULL,
    disabled BIGINT
);

CREATE TABLE posts (
    id TEXT PRIMARY KEY,
    account TEXT NOT NULL REFERENCES accounts (id),
    unit TEXT NOT NULL REFERENCES units (id),
    role TEXT NOT NULL,
    since BIGINT NOT NULL,
    until BIGINT,
    granted_by TEXT NOT NULL
);
CREATE INDEX posts_by_account ON posts (account);
CREATE INDEX posts_by_unit ON posts (unit, role);

-- A session of an account, or of a phone number that has been proved. Only a digest of the token.
CREATE TABLE sessions (
    digest TEXT PRIMARY KEY,
    account TEXT REFERENCES accounts (id),
    phone_hash TEXT,
    created BIGINT NOT NULL,
    seen BIGINT NOT NULL,
    expires BIGINT NOT NULL
);
CREATE INDEX sessions_by_account ON sessions (account);

CREATE TABLE access_tokens (
    id TEXT PRIMARY KEY,
    digest TEXT NOT NULL UNIQUE,
    account TEXT NOT NULL REFERENCES accounts (id),
    post TEXT REFERENCES posts (id),
    name TEXT NOT NULL,
    created BIGINT NOT NULL,
    expires BIGINT NOT NULL,
    revoked BIGINT
);

-- One-time codes by telephone: a digest, how often it was tried, until when it holds.
CREATE TABLE phone_codes (
    phone_hash TEXT PRIMARY KEY,
    digest TEXT NOT NULL,
    tries BIGINT NOT NULL,
    sent BIGINT NOT NULL,
    expires BIGINT NOT NULL
);

CREATE TABLE invitations (
    digest TEXT PRIMARY KEY,
    login TEXT NOT NULL,
    name TEXT NOT NULL,
    unit TEXT NOT NULL REFERENCES units (id),
    role TEXT NOT NULL,
    invited_by TEXT NOT NULL,
    expires BIGINT NOT NULL,
    used BIGINT
);

-- Who did, or was refused, what. Never a personal value.
CREATE TABLE audit (
    id TEXT PRIMARY KEY,
    at BIGINT NOT NULL,
    request TEXT NOT NULL,
    actor TEXT NOT NULL,
    plugin TEXT,
    action TEXT NOT NULL,
    resource TEXT NOT NULL,
    outcome TEXT NOT NULL
);

-- Leave to read: for a plugin or a unit, for a purpose, in an area, until a date.
CREATE TABLE grants (
    id TEXT PRIMARY KEY,
    grantee TEXT NOT NULL,
    purpose TEXT NOT NULL,
    fields TEXT NOT NULL,
    area TEXT NOT NULL,
    basis TEXT NOT NULL,
    expires BIGINT,
    revoked BIGINT
);
CREATE INDEX grants_by_grantee ON grants (grantee);

-- Every read of personal data. Append-only; each row carries the hash of the one before it about
-- the same person.
CREATE TABLE access_log (
    id TEXT PRIMARY KEY,
    subject TEXT NOT NULL,
    seq BIGINT NOT NULL,
    at BIGINT NOT NULL,
    reader TEXT NOT NULL,
    unit TEXT,
    plugin TEXT,
    fields TEXT NOT NULL,
    purpose TEXT NOT NULL,
    basis TEXT NOT NULL,
    case_id TEXT,
    previous TEXT NOT NULL,
    hash TEXT NOT NULL,
    UNIQUE (subject, seq)
);
