-- Plugins, each with the revision in force and the one that a roll-back would bring back.
CREATE TABLE plugins (
    id TEXT PRIMARY KEY,
    department TEXT NOT NULL,
    active TEXT,
    previous TEXT,
    created BIGINT NOT NULL
);

-- One immutable uploaded build. The component itself is a file, named by its digest.
CREATE TABLE plugin_revisions (
    digest TEXT PRIMARY KEY,
    plugin TEXT NOT NULL REFERENCES plugins (id),
    version TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('uploaded', 'verified', 'approved', 'active', 'retired')),
    manifest TEXT NOT NULL,
    contract TEXT NOT NULL,
    imports TEXT NOT NULL,
    exports TEXT NOT NULL,
    bytes BIGINT NOT NULL,
    uploaded_by TEXT NOT NULL,
    uploaded_at BIGINT NOT NULL,
    approved_by TEXT,
    approved_at BIGINT,
    activated_at BIGINT,
    UNIQUE (plugin, version)
);

-- Calls that failed, and calls that were denied something.
CREATE TABLE plugin_faults (
    id TEXT PRIMARY KEY,
    plugin TEXT NOT NULL,
    revision TEXT NOT NULL,
    at BIGINT NOT NULL,
    request TEXT NOT NULL,
    kind TEXT NOT NULL,
    message TEXT NOT NULL
);
CREATE INDEX plugin_faults_by_plugin ON plugin_faults (plugin, id);
CREATE INDEX plugin_faults_by_time ON plugin_faults (at);

-- What plugins wrote for their own developers.
CREATE TABLE plugin_lines (
    id TEXT PRIMARY KEY,
    plugin TEXT NOT NULL,
    revision TEXT NOT NULL,
    at BIGINT NOT NULL,
    request TEXT NOT NULL,
    severity TEXT NOT NULL,
    text TEXT NOT NULL
);
CREATE INDEX plugin_lines_by_plugin ON plugin_lines (plugin, id);
CREATE INDEX plugin_lines_by_time ON plugin_lines (at);

-- Small values of plugins; an empty subject is nobody's. `plugin_space` is the sum of `bytes`.
CREATE TABLE plugin_values (
    plugin TEXT NOT NULL,
    subject TEXT NOT NULL,
    key TEXT NOT NULL,
    value TEXT NOT NULL,
    bytes BIGINT NOT NULL,
    PRIMARY KEY (plugin, subject, key)
);
CREATE TABLE plugin_space (
    plugin TEXT PRIMARY KEY,
    bytes BIGINT NOT NULL
);
