-- Authenticators, actions and what follows from them. Spelling as in 0001: *_sealed opens in its own row only; columns
-- named token, link or page hold hashes of bearer secrets; JSON in readable columns holds names of factors and times.

-- An account of version 1 has 0: its password was set when it was opened.
ALTER TABLE accounts ADD COLUMN password_set_at {INT} NOT NULL DEFAULT 0;
ALTER TABLE accounts ADD COLUMN phrase_sealed {BYTES};
ALTER TABLE accounts ADD COLUMN frozen_from TEXT;
ALTER TABLE messages ADD COLUMN account_id {BYTES};

-- codes_left counts the recovery codes of a set: like last_step it moves one way only.
CREATE TABLE authenticators (
    id {BYTES} NOT NULL PRIMARY KEY,
    service_id {BYTES} NOT NULL,
    account_id {BYTES} NOT NULL REFERENCES accounts (id),
    factor TEXT NOT NULL,
    name TEXT NOT NULL,
    secret_sealed {BYTES} NOT NULL,
    last_step {INT},
    codes_left {INT},
    created_at {INT} NOT NULL,
    last_used_at {INT},
    ended_at {INT}
) {TABLE_OPTIONS_BY_KEY};
-- One of a kind that is live; of passkeys as many as their owner has devices.
CREATE UNIQUE INDEX authenticators_live ON authenticators (service_id, account_id, factor)
    WHERE ended_at IS NULL AND factor <> 'passkey';
CREATE INDEX authenticators_by_account ON authenticators (service_id, account_id, id);

CREATE TABLE actions (
    id {BYTES} NOT NULL PRIMARY KEY,
    service_id {BYTES} NOT NULL,
    account_id {BYTES} NOT NULL REFERENCES accounts (id),
    kind TEXT NOT NULL,
    origin TEXT NOT NULL,
    details_sealed {BYTES} NOT NULL,
    digest {BYTES} NOT NULL,
    audience TEXT NOT NULL,
    any_of TEXT NOT NULL,
    chosen {INT} NOT NULL,
    proofs TEXT NOT NULL,
    misses TEXT NOT NULL,
    verification_id {BYTES},
    passkey_challenge_sealed {BYTES},
    policy_version {INT} NOT NULL,
    link {BYTES},
    page {BYTES},
    return_url TEXT,
    locale TEXT NOT NULL,
    status TEXT NOT NULL,
    reason TEXT,
    deadline {INT} NOT NULL,
    extensions {INT} NOT NULL,
    created_at {INT} NOT NULL,
    authorised_at {INT},
    assertion_id {BYTES},
    assertion_expires_at {INT},
    redeemed_at {INT},
    redeem_key {BYTES}
) {TABLE_OPTIONS_BY_KEY};
CREATE UNIQUE INDEX actions_by_link ON actions (link) WHERE link IS NOT NULL;
CREATE INDEX actions_by_account ON actions (service_id, account_id, id);
CREATE INDEX actions_open ON actions (service_id, account_id, id) WHERE status IN ('pending', 'authorised');
CREATE INDEX actions_authorised ON actions (service_id, account_id, authorised_at)
    WHERE authorised_at IS NOT NULL;
CREATE INDEX actions_due ON actions (deadline) WHERE status = 'pending';
CREATE INDEX actions_lapsing ON actions (assertion_expires_at) WHERE status = 'authorised';

CREATE TABLE action_keys (
    service_id {BYTES} NOT NULL,
    key {BYTES} NOT NULL,
    request_digest {BYTES} NOT NULL,
    action_id {BYTES} NOT NULL,
    created_at {INT} NOT NULL,
    PRIMARY KEY (service_id, key)
) {TABLE_OPTIONS_BY_KEY};
CREATE INDEX action_keys_by_age ON action_keys (created_at);

CREATE TABLE holds (
    id {BYTES} NOT NULL PRIMARY KEY,
    service_id {BYTES} NOT NULL,
    account_id {BYTES} NOT NULL REFERENCES accounts (id),
    cause TEXT NOT NULL,
    starts_at {INT} NOT NULL,
    ends_at {INT} NOT NULL
) {TABLE_OPTIONS_BY_KEY};
CREATE INDEX holds_by_account ON holds (service_id, account_id, ends_at);

CREATE TABLE freeze_links (
    token {BYTES} NOT NULL PRIMARY KEY,
    service_id {BYTES} NOT NULL,
    account_id {BYTES} NOT NULL REFERENCES accounts (id),
    expires_at {INT} NOT NULL
) {TABLE_OPTIONS_BY_KEY};
CREATE INDEX freeze_links_by_end ON freeze_links (expires_at);

-- btc_per_unit is a decimal text: it has more digits than an integer of 64 bits.
CREATE TABLE rates (
    service_id {BYTES} NOT NULL,
    asset TEXT NOT NULL,
    btc_per_unit TEXT NOT NULL,
    as_of {INT} NOT NULL,
    PRIMARY KEY (service_id, asset)
) {TABLE_OPTIONS_BY_KEY};

CREATE TABLE webhook_endpoints (
    id {BYTES} NOT NULL PRIMARY KEY,
    service_id {BYTES} NOT NULL REFERENCES services (id),
    url TEXT NOT NULL,
    secret_sealed {BYTES} NOT NULL,
    earlier_secret_sealed {BYTES},
    earlier_until {INT},
    created_at {INT} NOT NULL,
    disabled_at {INT},
    disabled_reason TEXT NOT NULL
) {TABLE_OPTIONS_BY_KEY};
CREATE INDEX webhook_endpoints_by_service ON webhook_endpoints (service_id, id);
CREATE INDEX webhook_endpoints_deleted ON webhook_endpoints (disabled_at) WHERE disabled_reason = 'deleted';

CREATE TABLE webhook_events (
    id {BYTES} NOT NULL PRIMARY KEY,
    service_id {BYTES} NOT NULL,
    account_id {BYTES} NOT NULL,
    kind TEXT NOT NULL,
    data TEXT NOT NULL,
    at {INT} NOT NULL
) {TABLE_OPTIONS_BY_KEY};

-- As with messages, the next try of a leased delivery is the end of its lease.
CREATE TABLE webhook_deliveries (
    event_id {BYTES} NOT NULL,
    endpoint_id {BYTES} NOT NULL,
    status TEXT NOT NULL,
    tries {INT} NOT NULL,
    next_try_at {INT} NOT NULL,
    lease_node {BYTES},
    last_status {INT},
    last_error TEXT NOT NULL,
    last_took_ms {INT},
    PRIMARY KEY (event_id, endpoint_id)
) {TABLE_OPTIONS_BY_KEY};
CREATE INDEX webhook_deliveries_due ON webhook_deliveries (next_try_at, event_id) WHERE status = 'due';
CREATE INDEX webhook_deliveries_by_endpoint ON webhook_deliveries (endpoint_id, event_id);

CREATE TABLE policy_versions (
    service_id {BYTES} NOT NULL,
    version {INT} NOT NULL,
    digest {BYTES} NOT NULL,
    document TEXT NOT NULL,
    override_reason TEXT,
    created_at {INT} NOT NULL,
    PRIMARY KEY (service_id, version)
) {TABLE_OPTIONS_BY_KEY};

-- Who was in the console, from when to when: kept after its end.
CREATE TABLE operator_sessions (
    id {BYTES} NOT NULL PRIMARY KEY,
    service_id {BYTES} NOT NULL,
    operator_id {BYTES} NOT NULL REFERENCES operators (id),
    token {BYTES} NOT NULL,
    device TEXT NOT NULL,
    ip_sealed {BYTES} NOT NULL,
    created_at {INT} NOT NULL,
    last_seen_at {INT} NOT NULL,
    ended_at {INT}
) {TABLE_OPTIONS_BY_KEY};
CREATE UNIQUE INDEX operator_sessions_by_token ON operator_sessions (service_id, token);

-- The latest time that any server of this database knew: one that starts with an earlier clock can tell.
CREATE TABLE clock_marks (
    name TEXT NOT NULL PRIMARY KEY,
    latest_ms {INT} NOT NULL
) {TABLE_OPTIONS_BY_KEY};
