-- Whose pseudonym a plugin knows: kept from when it began to keep something about the person.
CREATE TABLE plugin_subjects (
    plugin TEXT NOT NULL,
    subject TEXT NOT NULL,
    account TEXT NOT NULL,
    PRIMARY KEY (plugin, subject)
);
CREATE INDEX plugin_subjects_by_account ON plugin_subjects (account);

-- Messages to persons, in both languages. `sender` is a plugin, or empty for the host itself;
-- `opens` is a route of the plugin as JSON.
CREATE TABLE notices (
    id TEXT PRIMARY KEY,
    account TEXT NOT NULL,
    sender TEXT NOT NULL,
    once TEXT NOT NULL,
    title_zh TEXT NOT NULL,
    title_en TEXT NOT NULL,
    body_zh TEXT NOT NULL,
    body_en TEXT NOT NULL,
    opens TEXT,
    case_id TEXT,
    at BIGINT NOT NULL,
    read_at BIGINT,
    UNIQUE (account, sender, once)
);
CREATE INDEX notices_by_account ON notices (account, id);
CREATE INDEX notices_unread ON notices (account) WHERE read_at IS NULL;
CREATE INDEX notices_by_time ON notices (at);

-- Jobs of the plugins in force. `due` is the run that is to come or being tried; `attempt` is when
-- it is tried next; `claimed` is until when a host has it.
CREATE TABLE plugin_jobs (
    id TEXT PRIMARY KEY,
    plugin TEXT NOT NULL,
    job TEXT NOT NULL,
    rhythm TEXT NOT NULL,
    due BIGINT NOT NULL,
    attempt BIGINT NOT NULL,
    claimed BIGINT,
    missed BIGINT NOT NULL DEFAULT 0,
    tries BIGINT NOT NULL DEFAULT 0,
    failure TEXT
);
CREATE INDEX plugin_jobs_by_attempt ON plugin_jobs (attempt);

-- What became of the runs; the newest hundred of a job are kept.
CREATE TABLE plugin_job_runs (
    id TEXT PRIMARY KEY,
    plugin TEXT NOT NULL,
    job TEXT NOT NULL,
    revision TEXT NOT NULL,
    due BIGINT NOT NULL,
    started BIGINT NOT NULL,
    ended BIGINT NOT NULL,
    missed BIGINT NOT NULL,
    tries BIGINT NOT NULL,
    failure TEXT
);
CREATE INDEX plugin_job_runs_by_job ON plugin_job_runs (plugin, job, id);

-- What devices sent. `once` is the sender's own key; `digest` tells a repeat from a reuse.
CREATE TABLE plugin_signals (
    id TEXT PRIMARY KEY,
    plugin TEXT NOT NULL,
    inbox TEXT NOT NULL,
    account TEXT NOT NULL,
    once TEXT NOT NULL,
    digest TEXT NOT NULL,
    source TEXT NOT NULL,
    at BIGINT NOT NULL,
    received BIGINT NOT NULL,
    answers TEXT NOT NULL,
    delivered BIGINT,
    UNIQUE (account, plugin, inbox, once)
);
CREATE INDEX plugin_signals_by_time ON plugin_signals (received);

-- Which plugin a message is for, so that its parked ones can be found.
ALTER TABLE outbox ADD COLUMN plugin TEXT;
CREATE INDEX outbox_parked ON outbox (id) WHERE parked IS NOT NULL;
