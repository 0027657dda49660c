-- Plugins that a person has stopped: no call reaches them until a person lets them go on.
CREATE TABLE plugin_holds (
    plugin TEXT PRIMARY KEY,
    reason TEXT NOT NULL,
    by_account TEXT NOT NULL,
    at BIGINT NOT NULL
);
CREATE INDEX plugin_faults_by_kind ON plugin_faults (plugin, kind);
