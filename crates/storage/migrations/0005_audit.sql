-- The chain over what happened (R76). Spelling as in 0001. Entries themselves are never changed.

-- Entries that have no place in their service's chain yet. Written together with the entry, so that one whose transaction
-- ends late is sealed late and never passed over.
CREATE TABLE audit_waiting (
    service_id {BYTES} NOT NULL,
    event_id {BYTES} NOT NULL,
    PRIMARY KEY (service_id, event_id)
) {TABLE_OPTIONS_BY_KEY};
INSERT INTO audit_waiting (service_id, event_id) SELECT service_id, id FROM events;

-- The chain: places from 1 without gaps.
CREATE TABLE audit_links (
    service_id {BYTES} NOT NULL,
    sequence {INT} NOT NULL,
    event_id {BYTES} NOT NULL,
    link {BYTES} NOT NULL,
    PRIMARY KEY (service_id, sequence)
) {TABLE_OPTIONS_BY_KEY};
CREATE UNIQUE INDEX audit_links_by_event ON audit_links (event_id);

-- What was signed: the statement says everything that the other columns say.
CREATE TABLE audit_checkpoints (
    service_id {BYTES} NOT NULL,
    number {INT} NOT NULL,
    sequence {INT} NOT NULL,
    at {INT} NOT NULL,
    statement TEXT NOT NULL,
    PRIMARY KEY (service_id, number)
) {TABLE_OPTIONS_BY_KEY};
CREATE INDEX audit_checkpoints_by_sequence ON audit_checkpoints (service_id, sequence);

-- Which checkpoint is the newest, signed too and written with it: without a note, whoever deletes the newest one
-- leaves no gap. Only the newest note is kept.
CREATE TABLE audit_marks (
    service_id {BYTES} NOT NULL PRIMARY KEY,
    statement TEXT NOT NULL
) {TABLE_OPTIONS_BY_KEY};

-- What staff look for.
CREATE INDEX events_by_kind ON events (service_id, kind, id);
CREATE INDEX events_by_operator ON events (actor_id, id) WHERE actor_id IS NOT NULL;
