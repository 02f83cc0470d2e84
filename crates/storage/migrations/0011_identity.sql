-- What an identity provider was asked about a case's pictures. Spelling as in 0001: *_sealed opens in its own row only.

-- next_step_at is when a check that is due is handed over (again), and when one that was asked is given up.
CREATE TABLE identity_checks (
    id {BYTES} NOT NULL PRIMARY KEY,
    service_id {BYTES} NOT NULL,
    case_id {BYTES} NOT NULL REFERENCES cases (id),
    account_id {BYTES} NOT NULL,
    round {INT} NOT NULL,
    provider TEXT NOT NULL,
    state TEXT NOT NULL,
    tries {INT} NOT NULL,
    next_step_at {INT} NOT NULL,
    asked_at {INT},
    answered_at {INT},
    answer_sealed {BYTES}
) {TABLE_OPTIONS_BY_KEY};
CREATE UNIQUE INDEX identity_checks_by_case ON identity_checks (case_id, round);
CREATE INDEX identity_checks_due ON identity_checks (next_step_at, id) WHERE state = 'due';
CREATE INDEX identity_checks_asked ON identity_checks (next_step_at) WHERE state = 'asked';
