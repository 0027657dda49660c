-- The catalogue: what departments keep. `document` is the dataset of the manifest as JSON, as the
-- revision in force declares it; every version that was ever in force stays.
CREATE TABLE datasets (
    id TEXT PRIMARY KEY,
    owner TEXT NOT NULL,
    plugin TEXT NOT NULL,
    revision TEXT NOT NULL,
    declared BIGINT NOT NULL,
    document TEXT NOT NULL
);
CREATE TABLE dataset_versions (
    dataset TEXT NOT NULL,
    revision TEXT NOT NULL,
    declared BIGINT NOT NULL,
    document TEXT NOT NULL,
    PRIMARY KEY (dataset, revision)
);

-- For what a plugin in force reads.
CREATE TABLE purposes (
    plugin TEXT NOT NULL,
    id TEXT NOT NULL,
    document TEXT NOT NULL,
    PRIMARY KEY (plugin, id)
);

-- Records. Erasable: history keeps keyed digests, never a value.
CREATE TABLE records (
    dataset TEXT NOT NULL REFERENCES datasets (id),
    account TEXT NOT NULL REFERENCES accounts (id),
    version BIGINT NOT NULL,
    answers TEXT NOT NULL,
    changed BIGINT NOT NULL,
    collected_by TEXT NOT NULL,
    channel TEXT NOT NULL,
    plugin TEXT NOT NULL,
    expires BIGINT NOT NULL,
    PRIMARY KEY (dataset, account)
);
CREATE INDEX records_by_account ON records (account);
CREATE INDEX records_by_expiry ON records (expires);
CREATE TABLE record_history (
    dataset TEXT NOT NULL,
    account TEXT NOT NULL,
    version BIGINT NOT NULL,
    at BIGINT NOT NULL,
    actor TEXT NOT NULL,
    channel TEXT NOT NULL,
    plugin TEXT NOT NULL,
    once TEXT NOT NULL,
    digest TEXT NOT NULL,
    PRIMARY KEY (dataset, account, version),
    UNIQUE (dataset, account, once)
);

-- Grants name their dataset; an empty one is the account's own name, phone and community.
ALTER TABLE grants ADD COLUMN dataset TEXT NOT NULL DEFAULT '';
ALTER TABLE grants ADD COLUMN given_by TEXT;
ALTER TABLE grants ADD COLUMN given BIGINT;

-- What persons have agreed to. `fields` is `,dataset.field,dataset.field,`.
CREATE TABLE consents (
    id TEXT PRIMARY KEY,
    account TEXT NOT NULL REFERENCES accounts (id),
    plugin TEXT NOT NULL,
    purpose TEXT NOT NULL,
    fields TEXT NOT NULL,
    how TEXT NOT NULL CHECK (how IN ('self', 'guardian', 'family', 'witnessed')),
    given_by TEXT NOT NULL,
    given BIGINT NOT NULL,
    revoked BIGINT,
    revoked_by TEXT
);
CREATE INDEX consents_by_account ON consents (account, plugin, purpose);

-- Who may act for whom. A guardian's child has an account that cannot sign in.
CREATE TABLE proxies (
    id TEXT PRIMARY KEY,
    account TEXT NOT NULL REFERENCES accounts (id),
    person TEXT NOT NULL REFERENCES accounts (id),
    kind TEXT NOT NULL CHECK (kind IN ('guardian', 'family')),
    how TEXT NOT NULL CHECK (how IN ('guardian', 'self', 'witnessed')),
    given_by TEXT NOT NULL,
    given BIGINT NOT NULL,
    expires BIGINT,
    revoked BIGINT
);
CREATE INDEX proxies_by_account ON proxies (account);
CREATE INDEX proxies_by_person ON proxies (person);
ALTER TABLE accounts ADD COLUMN born TEXT;

-- Persons who were picked in a form: a digest of the token, for whom it holds.
CREATE TABLE picked (
    digest TEXT PRIMARY KEY,
    plugin TEXT NOT NULL,
    purpose TEXT NOT NULL,
    picker TEXT NOT NULL,
    account TEXT NOT NULL,
    expires BIGINT NOT NULL
);
CREATE INDEX picked_by_expiry ON picked (expires);
