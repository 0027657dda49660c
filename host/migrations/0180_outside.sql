-- Other systems: what they are told by webhooks, and what came in by Open311.

CREATE TABLE webhooks (
    id TEXT PRIMARY KEY,
    -- Whose cases it is told of.
    unit TEXT NOT NULL,
    url TEXT NOT NULL,
    -- JSON: a list of classes; empty for all.
    classes TEXT NOT NULL,
    -- A prefix of division codes; empty for all.
    division TEXT NOT NULL,
    -- The secret is derived from the installation's key and this, and stands nowhere.
    salt TEXT NOT NULL,
    -- The one before, which signs as well until then.
    salt_before TEXT,
    before_until BIGINT,
    created BIGINT NOT NULL,
    -- Since when it is switched off, and why.
    ended BIGINT,
    why TEXT
);
CREATE INDEX webhooks_by_unit ON webhooks (unit) WHERE ended IS NULL;

CREATE TABLE webhook_deliveries (
    -- That of the message in the outbox, and the webhook-id of the request.
    id TEXT PRIMARY KEY,
    webhook TEXT NOT NULL,
    kind TEXT NOT NULL,
    case_id TEXT NOT NULL,
    created BIGINT NOT NULL,
    -- pending, delivered, parked, dropped
    state TEXT NOT NULL,
    tries BIGINT NOT NULL DEFAULT 0,
    -- When it was tried last, the HTTP status then, and why it failed.
    tried BIGINT,
    status BIGINT,
    failure TEXT
);
CREATE INDEX webhook_deliveries_by_webhook ON webhook_deliveries (webhook, id);
CREATE INDEX webhook_deliveries_by_time ON webhook_deliveries (created);

CREATE INDEX cases_by_open311 ON cases (opened, id) WHERE channel = '"open311"';
