-- What others must be told, written in the transaction of what happened.
CREATE TABLE outbox (
    id TEXT PRIMARY KEY,
    consumer TEXT NOT NULL,
    payload TEXT NOT NULL,
    created BIGINT NOT NULL,
    due BIGINT NOT NULL,
    tries BIGINT NOT NULL DEFAULT 0,
    parked BIGINT,
    failure TEXT
);
CREATE INDEX outbox_by_due ON outbox (consumer, due) WHERE parked IS NULL;
