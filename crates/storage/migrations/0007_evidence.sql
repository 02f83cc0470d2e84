-- Documents and photos. Spelling as in 0001.

-- One row per picture, from its first piece on. While it is on the way, uploaded_at is NULL, delete_after says when it is
-- given up, and the columns about the picture are 0. Once deleted only this row stays, as a record that there was one.
CREATE TABLE evidence (
    id {BYTES} NOT NULL PRIMARY KEY,
    service_id {BYTES} NOT NULL REFERENCES services (id),
    account_id {BYTES},
    owner_kind TEXT NOT NULL,
    owner_id {BYTES} NOT NULL,
    slot TEXT NOT NULL,
    note_sealed {BYTES} NOT NULL,
    length_bytes {INT} NOT NULL,
    received_bytes {INT} NOT NULL,
    pieces {INT} NOT NULL,
    width {INT} NOT NULL,
    height {INT} NOT NULL,
    size_bytes {INT} NOT NULL,
    started_at {INT} NOT NULL,
    uploaded_at {INT},
    delete_after {INT} NOT NULL,
    deleted_at {INT}
) {TABLE_OPTIONS_BY_KEY};
CREATE INDEX evidence_by_owner ON evidence (owner_id, owner_kind) WHERE deleted_at IS NULL;
CREATE INDEX evidence_unfinished ON evidence (service_id, owner_kind, received_bytes)
    WHERE uploaded_at IS NULL AND deleted_at IS NULL;
CREATE INDEX evidence_by_account ON evidence (account_id, owner_kind) WHERE deleted_at IS NULL;
CREATE INDEX evidence_due ON evidence (delete_after) WHERE deleted_at IS NULL;

-- What was sent (stage 0), then the picture made of it (stage 1), in sealed parts of at most 256 KiB, each under the
-- number of its first byte.
CREATE TABLE evidence_parts (
    evidence_id {BYTES} NOT NULL REFERENCES evidence (id),
    stage {INT} NOT NULL,
    first_byte {INT} NOT NULL,
    part_sealed {BYTES} NOT NULL,
    PRIMARY KEY (evidence_id, stage, first_byte)
) {TABLE_OPTIONS};
