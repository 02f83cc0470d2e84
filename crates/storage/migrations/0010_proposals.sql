-- What one of staff proposed and another is to decide, and what the console looks up. Spelling as in 0001.

-- What an account was before staff or the relying party froze it, and when its status last changed: none of either
-- where that was before this version.
ALTER TABLE accounts ADD COLUMN frozen_by_staff_from TEXT;
ALTER TABLE accounts ADD COLUMN status_set_at {INT};

-- proposed_by and decided_by are kinds of actors as in events; *_id says which operator. target is as it was when it was
-- proposed: an identifier, or a factor or a status with what tells this lock or status from a later one.
CREATE TABLE proposals (
    id {BYTES} NOT NULL PRIMARY KEY,
    service_id {BYTES} NOT NULL,
    account_id {BYTES} NOT NULL REFERENCES accounts (id),
    kind TEXT NOT NULL,
    target TEXT NOT NULL,
    reason TEXT NOT NULL,
    proposed_by TEXT NOT NULL,
    proposed_by_id {BYTES},
    proposed_at {INT} NOT NULL,
    expires_at {INT} NOT NULL,
    status TEXT NOT NULL,
    decided_by TEXT,
    decided_by_id {BYTES},
    decided_at {INT},
    decision_note TEXT NOT NULL
) {TABLE_OPTIONS_BY_KEY};
-- The same waits once.
CREATE UNIQUE INDEX proposals_waiting ON proposals (service_id, account_id, kind, target) WHERE status = 'waiting';
CREATE INDEX proposals_due ON proposals (expires_at) WHERE status = 'waiting';
CREATE INDEX proposals_by_account ON proposals (service_id, account_id, id);
CREATE INDEX proposals_by_service ON proposals (service_id, id);

-- Lists of the console: what is held, what is locked, how often locks began, whether an operator has seen an account.
CREATE INDEX holds_by_end ON holds (service_id, ends_at);
CREATE INDEX factor_states_locked ON factor_states (service_id, locked_until) WHERE locked_until IS NOT NULL;
CREATE INDEX factor_states_disabled ON factor_states (service_id, disabled_at) WHERE disabled_at IS NOT NULL;
CREATE INDEX factor_states_unsent ON factor_states (service_id, sends_locked_until)
    WHERE sends_locked_until IS NOT NULL;
CREATE INDEX events_locked ON events (service_id, at) WHERE kind = 'factor_locked';
CREATE INDEX events_seen ON events (account_id, actor_id, at) WHERE kind = 'account_seen';
