-- What members of staff sign in with, and the links by which they set it. Spelling as in 0001.

-- What colleagues call them.
ALTER TABLE operators ADD COLUMN name_sealed {BYTES};

CREATE TABLE operator_authenticators (
    id {BYTES} NOT NULL PRIMARY KEY,
    service_id {BYTES} NOT NULL,
    operator_id {BYTES} NOT NULL REFERENCES operators (id),
    factor TEXT NOT NULL,
    name TEXT NOT NULL,
    secret_sealed {BYTES} NOT NULL,
    last_step {INT},
    created_at {INT} NOT NULL,
    last_used_at {INT},
    ended_at {INT}
) {TABLE_OPTIONS_BY_KEY};
-- One app that is live; of passkeys as many as their owner has devices.
CREATE UNIQUE INDEX operator_authenticators_live ON operator_authenticators (service_id, operator_id, factor)
    WHERE ended_at IS NULL AND factor <> 'passkey';
CREATE INDEX operator_authenticators_by_operator ON operator_authenticators (service_id, operator_id, id);

CREATE TABLE operator_invitations (
    token {BYTES} NOT NULL PRIMARY KEY,
    service_id {BYTES} NOT NULL,
    operator_id {BYTES} NOT NULL REFERENCES operators (id),
    purpose TEXT NOT NULL,
    created_at {INT} NOT NULL,
    expires_at {INT} NOT NULL,
    used_at {INT}
) {TABLE_OPTIONS_BY_KEY};
CREATE INDEX operator_invitations_by_end ON operator_invitations (expires_at);
CREATE INDEX operator_invitations_by_operator ON operator_invitations (service_id, operator_id);
CREATE INDEX operator_sessions_by_operator ON operator_sessions (service_id, operator_id, id);
