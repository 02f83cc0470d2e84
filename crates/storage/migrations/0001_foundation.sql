-- Identifiers are 16 bytes in order of time, times are Unix milliseconds, truth values 0 or 1. Columns named *_sealed hold
-- XChaCha20-Poly1305 ciphertext that opens in its own row only; columns named *_index hold keyed look-up values; columns
-- named token hold hashes. Nothing here can be read as an address, a code or a key.

-- Proof of which master keys this database was written with, without the keys: a keyed value per key id.
CREATE TABLE key_checks (
    key_id {INT} NOT NULL PRIMARY KEY,
    check_value {BYTES} NOT NULL,
    anchors_indexes {INT} NOT NULL
) {TABLE_OPTIONS};

CREATE TABLE services (
    id {BYTES} NOT NULL PRIMARY KEY,
    name TEXT NOT NULL,
    demo {INT} NOT NULL,
    created_at {INT} NOT NULL
) {TABLE_OPTIONS_BY_KEY};

CREATE TABLE api_keys (
    id {BYTES} NOT NULL PRIMARY KEY,
    service_id {BYTES} NOT NULL REFERENCES services (id),
    name TEXT NOT NULL,
    token {BYTES} NOT NULL,
    created_at {INT} NOT NULL,
    revoked_at {INT}
) {TABLE_OPTIONS_BY_KEY};
CREATE UNIQUE INDEX api_keys_by_token ON api_keys (token);
CREATE INDEX api_keys_by_service ON api_keys (service_id);

CREATE TABLE operators (
    id {BYTES} NOT NULL PRIMARY KEY,
    service_id {BYTES} NOT NULL REFERENCES services (id),
    email_sealed {BYTES} NOT NULL,
    email_index {BYTES} NOT NULL,
    password_hash_sealed {BYTES} NOT NULL,
    created_at {INT} NOT NULL,
    disabled_at {INT}
) {TABLE_OPTIONS_BY_KEY};
CREATE UNIQUE INDEX operators_by_email ON operators (service_id, email_index);

CREATE TABLE accounts (
    id {BYTES} NOT NULL PRIMARY KEY,
    service_id {BYTES} NOT NULL REFERENCES services (id),
    status TEXT NOT NULL,
    email_sealed {BYTES},
    email_index {BYTES},
    password_hash_sealed {BYTES} NOT NULL,
    sms_enabled_at {INT},
    locale TEXT NOT NULL,
    created_at {INT} NOT NULL
) {TABLE_OPTIONS_BY_KEY};
CREATE UNIQUE INDEX accounts_by_email ON accounts (service_id, email_index) WHERE email_index IS NOT NULL;

CREATE TABLE bindings (
    id {BYTES} NOT NULL PRIMARY KEY,
    service_id {BYTES} NOT NULL,
    account_id {BYTES} NOT NULL REFERENCES accounts (id),
    number_sealed {BYTES} NOT NULL,
    number_index {BYTES} NOT NULL,
    bound_at {INT} NOT NULL,
    suspended_at {INT},
    ended_at {INT}
) {TABLE_OPTIONS_BY_KEY};
-- One live binding per number, and one per account (section B).
CREATE UNIQUE INDEX bindings_live_by_number ON bindings (service_id, number_index) WHERE ended_at IS NULL;
CREATE UNIQUE INDEX bindings_live_by_account ON bindings (service_id, account_id) WHERE ended_at IS NULL;
CREATE INDEX bindings_by_number ON bindings (service_id, number_index);

-- An empty lane is the one that strangers share.
CREATE TABLE factor_states (
    service_id {BYTES} NOT NULL,
    subject {BYTES} NOT NULL,
    factor TEXT NOT NULL,
    lane {BYTES} NOT NULL,
    run {INT} NOT NULL,
    in_a_row {INT} NOT NULL,
    ladder_step {INT} NOT NULL,
    locked_until {INT},
    disabled_at {INT},
    last_failure_at {INT},
    sends_unconverted {INT} NOT NULL,
    sends_locked_until {INT},
    rebound_at {INT},
    created_at {INT} NOT NULL,
    PRIMARY KEY (service_id, subject, factor, lane)
) {TABLE_OPTIONS_BY_KEY};
-- Rows that say no more than a missing row would, to be forgotten.
CREATE INDEX factor_states_blank ON factor_states (created_at)
    WHERE run = 0 AND in_a_row = 0 AND ladder_step = 0 AND sends_unconverted = 0 AND locked_until IS NULL
        AND disabled_at IS NULL AND last_failure_at IS NULL AND sends_locked_until IS NULL AND rebound_at IS NULL;

CREATE TABLE failure_days (
    service_id {BYTES} NOT NULL,
    subject {BYTES} NOT NULL,
    factor TEXT NOT NULL,
    day {INT} NOT NULL,
    failures {INT} NOT NULL,
    PRIMARY KEY (service_id, subject, factor, day)
) {TABLE_OPTIONS_BY_KEY};
CREATE INDEX failure_days_by_day ON failure_days (day);

CREATE TABLE verifications (
    id {BYTES} NOT NULL PRIMARY KEY,
    service_id {BYTES} NOT NULL,
    subject {BYTES} NOT NULL,
    channel TEXT NOT NULL,
    address_sealed {BYTES} NOT NULL,
    address_index {BYTES} NOT NULL,
    purpose TEXT NOT NULL,
    details {BYTES} NOT NULL,
    page {BYTES},
    locale TEXT NOT NULL,
    status TEXT NOT NULL,
    code_length {INT} NOT NULL,
    code_hash {BYTES},
    earlier_code_hashes {BYTES},
    failures {INT} NOT NULL,
    sends {INT} NOT NULL,
    last_sent_at {INT} NOT NULL,
    code_expires_at {INT} NOT NULL,
    deadline {INT} NOT NULL,
    created_at {INT} NOT NULL,
    finished_at {INT}
) {TABLE_OPTIONS_BY_KEY};
CREATE INDEX verifications_pending ON verifications (service_id, subject, channel, purpose)
    WHERE status = 'pending';
CREATE INDEX verifications_due ON verifications (deadline) WHERE status = 'pending';
CREATE INDEX verifications_with_code ON verifications (finished_at)
    WHERE code_hash IS NOT NULL AND finished_at IS NOT NULL;

-- A leased message's next try is the end of its lease, so that one order serves first tries, later tries and crashes.
CREATE TABLE messages (
    id {BYTES} NOT NULL PRIMARY KEY,
    service_id {BYTES} NOT NULL,
    verification_id {BYTES},
    channel TEXT NOT NULL,
    recipient_sealed {BYTES} NOT NULL,
    body_sealed {BYTES},
    region TEXT,
    locale TEXT NOT NULL,
    status TEXT NOT NULL,
    tries {INT} NOT NULL,
    next_try_at {INT} NOT NULL,
    lease_node {BYTES},
    expires_at {INT} NOT NULL,
    created_at {INT} NOT NULL,
    delivered_at {INT}
) {TABLE_OPTIONS_BY_KEY};
CREATE INDEX messages_queued ON messages (channel, next_try_at, id) WHERE status = 'queued';
CREATE INDEX messages_with_body ON messages (expires_at) WHERE body_sealed IS NOT NULL;
CREATE INDEX messages_by_verification ON messages (verification_id) WHERE verification_id IS NOT NULL;

CREATE TABLE attempts (
    id {BYTES} NOT NULL PRIMARY KEY,
    message_id {BYTES} NOT NULL,
    route TEXT NOT NULL,
    status TEXT NOT NULL,
    error TEXT NOT NULL,
    started_at {INT} NOT NULL,
    updated_at {INT} NOT NULL
) {TABLE_OPTIONS_BY_KEY};

-- One row per part of a message that a carrier took, and per receipt that came before its carrier's own answer: then
-- attempt_id is NULL and parked_as is the first spelling of the identifier, which all rows of that receipt share.
CREATE TABLE provider_parts (
    route TEXT NOT NULL,
    provider_id TEXT NOT NULL,
    attempt_id {BYTES},
    parked_as TEXT,
    state TEXT,
    error TEXT NOT NULL,
    updated_at {INT} NOT NULL,
    PRIMARY KEY (route, provider_id)
) {TABLE_OPTIONS_BY_KEY};
CREATE INDEX provider_parts_by_attempt ON provider_parts (attempt_id) WHERE attempt_id IS NOT NULL;
CREATE INDEX provider_parts_parked ON provider_parts (route, parked_as) WHERE attempt_id IS NULL;
CREATE INDEX provider_parts_by_age ON provider_parts (updated_at);

-- Counters that strangers share are spread over shards, so that no row is waited for by everyone.
CREATE TABLE counters (
    service_id {BYTES} NOT NULL,
    kind TEXT NOT NULL,
    key {BYTES} NOT NULL,
    window_start {INT} NOT NULL,
    shard {INT} NOT NULL,
    total {INT} NOT NULL,
    PRIMARY KEY (service_id, kind, key, window_start, shard)
) {TABLE_OPTIONS_BY_KEY};
CREATE INDEX counters_by_window ON counters (kind, window_start);

CREATE TABLE journeys (
    id {BYTES} NOT NULL PRIMARY KEY,
    service_id {BYTES} NOT NULL,
    token {BYTES} NOT NULL,
    stage_sealed {BYTES} NOT NULL,
    created_at {INT} NOT NULL,
    expires_at {INT} NOT NULL
) {TABLE_OPTIONS_BY_KEY};
CREATE UNIQUE INDEX journeys_by_token ON journeys (service_id, token);
CREATE INDEX journeys_by_end ON journeys (expires_at);

CREATE TABLE devices (
    id {BYTES} NOT NULL PRIMARY KEY,
    service_id {BYTES} NOT NULL,
    account_id {BYTES} NOT NULL REFERENCES accounts (id),
    token {BYTES} NOT NULL,
    label TEXT NOT NULL,
    created_at {INT} NOT NULL,
    last_seen_at {INT} NOT NULL,
    forgotten_at {INT}
) {TABLE_OPTIONS_BY_KEY};
CREATE UNIQUE INDEX devices_by_token ON devices (service_id, token);
CREATE INDEX devices_by_account ON devices (service_id, account_id);

CREATE TABLE sessions (
    id {BYTES} NOT NULL PRIMARY KEY,
    service_id {BYTES} NOT NULL,
    account_id {BYTES} NOT NULL REFERENCES accounts (id),
    device_id {BYTES} NOT NULL,
    token {BYTES} NOT NULL,
    second_factor TEXT,
    ip_sealed {BYTES} NOT NULL,
    created_at {INT} NOT NULL,
    last_seen_at {INT} NOT NULL,
    ended_at {INT}
) {TABLE_OPTIONS_BY_KEY};
CREATE UNIQUE INDEX sessions_by_token ON sessions (service_id, token);
CREATE INDEX sessions_open ON sessions (account_id, id) WHERE ended_at IS NULL;

CREATE TABLE events (
    id {BYTES} NOT NULL PRIMARY KEY,
    service_id {BYTES} NOT NULL,
    account_id {BYTES},
    at {INT} NOT NULL,
    kind TEXT NOT NULL,
    event TEXT NOT NULL,
    device TEXT NOT NULL
) {TABLE_OPTIONS_BY_KEY};
CREATE INDEX events_by_account ON events (account_id, id) WHERE account_id IS NOT NULL;

CREATE TABLE idempotency_keys (
    service_id {BYTES} NOT NULL,
    key {BYTES} NOT NULL,
    request_digest {BYTES} NOT NULL,
    verification_id {BYTES} NOT NULL,
    created_at {INT} NOT NULL,
    PRIMARY KEY (service_id, key)
) {TABLE_OPTIONS_BY_KEY};
CREATE INDEX idempotency_keys_by_age ON idempotency_keys (created_at);

CREATE TABLE timer_leases (
    name TEXT NOT NULL PRIMARY KEY,
    node {BYTES} NOT NULL,
    until {INT} NOT NULL
) {TABLE_OPTIONS_BY_KEY};
