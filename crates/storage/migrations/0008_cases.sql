-- Recovery cases and what operators said about them. Spelling as in 0001: *_sealed opens in its own row only.

CREATE TABLE cases (
    id {BYTES} NOT NULL PRIMARY KEY,
    service_id {BYTES} NOT NULL,
    account_id {BYTES} NOT NULL REFERENCES accounts (id),
    kind TEXT NOT NULL,
    stage TEXT NOT NULL,
    round {INT} NOT NULL,
    access {BYTES} NOT NULL,
    access_failures {INT} NOT NULL,
    access_locked_until {INT},
    file_sealed {BYTES} NOT NULL,
    opened_at {INT} NOT NULL,
    submitted_at {INT},
    promised_by {INT},
    decided_at {INT},
    expires_at {INT} NOT NULL,
    ended_at {INT}
) {TABLE_OPTIONS_BY_KEY};
-- One of a kind that is open.
CREATE UNIQUE INDEX cases_open ON cases (account_id, kind) WHERE ended_at IS NULL;
CREATE INDEX cases_by_account ON cases (service_id, account_id, id);
CREATE INDEX cases_in_review ON cases (service_id, promised_by) WHERE stage = 'review';
CREATE INDEX cases_of_service ON cases (service_id, id);
CREATE INDEX cases_due ON cases (expires_at) WHERE stage IN ('verify', 'documents', 'approved');

-- voice is the operator, or nothing for the command line; the key lets nobody speak twice in a round.
CREATE TABLE case_decisions (
    case_id {BYTES} NOT NULL REFERENCES cases (id),
    round {INT} NOT NULL,
    voice {BYTES} NOT NULL,
    service_id {BYTES} NOT NULL,
    verdict TEXT NOT NULL,
    note_sealed {BYTES} NOT NULL,
    checks TEXT NOT NULL,
    -- One word for the set of pictures that were looked at.
    pictures TEXT NOT NULL,
    at {INT} NOT NULL,
    PRIMARY KEY (case_id, round, voice)
) {TABLE_OPTIONS_BY_KEY};
