-- Many routes: what became of each road, what was counted of it, what operators want of it. Spelling as in 0001. A region
-- is an ISO 3166 code, or empty where a number tells none; in route_standings the empty region is the whole route.

-- Which send of its verification a message is, from one; when a message that no receipt came for takes another road; when
-- the code it carried was entered.
ALTER TABLE messages ADD COLUMN send {INT} NOT NULL DEFAULT 0;
ALTER TABLE messages ADD COLUMN fallback_at {INT};
ALTER TABLE messages ADD COLUMN converted_at {INT};
CREATE INDEX messages_fallback ON messages (channel, fallback_at)
    WHERE status = 'submitted' AND fallback_at IS NOT NULL;

-- Which try of its message an attempt was: two may begin in one millisecond.
ALTER TABLE attempts ADD COLUMN number {INT} NOT NULL DEFAULT 0;
ALTER TABLE attempts ADD COLUMN why TEXT NOT NULL DEFAULT '';
ALTER TABLE attempts ADD COLUMN price_micros {INT} NOT NULL DEFAULT 0;
ALTER TABLE attempts ADD COLUMN region TEXT NOT NULL DEFAULT '';
ALTER TABLE attempts ADD COLUMN is_code {INT} NOT NULL DEFAULT 0;
ALTER TABLE attempts ADD COLUMN receipt_at {INT};
ALTER TABLE attempts ADD COLUMN converted_at {INT};
CREATE INDEX attempts_by_message ON attempts (message_id);

-- The keyed hash of a code that the holder is to text to us, and when that text came.
ALTER TABLE verifications ADD COLUMN reverse_hash {BYTES};
ALTER TABLE verifications ADD COLUMN reverse_heard_at {INT};
-- The desk's question of a number: what was sent to it, and what became of it?
CREATE INDEX verifications_by_address ON verifications (service_id, address_index);
CREATE INDEX verifications_reverse ON verifications (address_index)
    WHERE status = 'pending' AND reverse_hash IS NOT NULL;

-- Counts by the minute of the hand-over, spread over shards so that no row is waited for by everyone; l0 to l13 are the
-- receipts by their delay.
CREATE TABLE route_minutes (
    route TEXT NOT NULL,
    region TEXT NOT NULL,
    minute {INT} NOT NULL,
    shard {INT} NOT NULL,
    sent {INT} NOT NULL DEFAULT 0,
    codes {INT} NOT NULL DEFAULT 0,
    accepted {INT} NOT NULL DEFAULT 0,
    refused {INT} NOT NULL DEFAULT 0,
    lost {INT} NOT NULL DEFAULT 0,
    delivered {INT} NOT NULL DEFAULT 0,
    failed {INT} NOT NULL DEFAULT 0,
    overdue {INT} NOT NULL DEFAULT 0,
    converted {INT} NOT NULL DEFAULT 0,
    l0 {INT} NOT NULL DEFAULT 0,
    l1 {INT} NOT NULL DEFAULT 0,
    l2 {INT} NOT NULL DEFAULT 0,
    l3 {INT} NOT NULL DEFAULT 0,
    l4 {INT} NOT NULL DEFAULT 0,
    l5 {INT} NOT NULL DEFAULT 0,
    l6 {INT} NOT NULL DEFAULT 0,
    l7 {INT} NOT NULL DEFAULT 0,
    l8 {INT} NOT NULL DEFAULT 0,
    l9 {INT} NOT NULL DEFAULT 0,
    l10 {INT} NOT NULL DEFAULT 0,
    l11 {INT} NOT NULL DEFAULT 0,
    l12 {INT} NOT NULL DEFAULT 0,
    l13 {INT} NOT NULL DEFAULT 0,
    PRIMARY KEY (route, region, minute, shard)
) {TABLE_OPTIONS_BY_KEY};
CREATE INDEX route_minutes_by_minute ON route_minutes (minute);

-- Breakers that say more than a missing row would.
CREATE TABLE route_standings (
    route TEXT NOT NULL,
    region TEXT NOT NULL,
    failures_in_a_row {INT} NOT NULL,
    openings {INT} NOT NULL,
    open_until {INT},
    probing_until {INT},
    updated_at {INT} NOT NULL,
    PRIMARY KEY (route, region)
) {TABLE_OPTIONS_BY_KEY};

CREATE TABLE route_controls (
    route TEXT NOT NULL PRIMARY KEY,
    wish TEXT NOT NULL,
    reason TEXT NOT NULL,
    operator_id {BYTES},
    changed_at {INT} NOT NULL
) {TABLE_OPTIONS_BY_KEY};

CREATE TABLE templates (
    service_id {BYTES} NOT NULL REFERENCES services (id),
    name TEXT NOT NULL,
    locale TEXT NOT NULL,
    body TEXT NOT NULL,
    may_split {INT} NOT NULL,
    operator_id {BYTES},
    changed_at {INT} NOT NULL,
    PRIMARY KEY (service_id, name, locale)
) {TABLE_OPTIONS_BY_KEY};

-- Wrong texts from one number, counted from the first of them.
CREATE TABLE inbound_failures (
    number_index {BYTES} NOT NULL PRIMARY KEY,
    failures {INT} NOT NULL,
    since {INT} NOT NULL
) {TABLE_OPTIONS_BY_KEY};
CREATE INDEX inbound_failures_by_age ON inbound_failures (since);

-- Receipts that wait for their answer are few; this finds them without their route.
CREATE INDEX provider_parts_waiting ON provider_parts (parked_as) WHERE attempt_id IS NULL;
