-- Conversations with support. Spelling as in 0001. Titles and texts are sealed; who, when and whose turn are not.

CREATE TABLE tickets (
    id {BYTES} NOT NULL PRIMARY KEY,
    service_id {BYTES} NOT NULL REFERENCES services (id),
    account_id {BYTES} NOT NULL,
    topic TEXT NOT NULL,
    title_sealed {BYTES} NOT NULL,
    locale TEXT NOT NULL,
    status TEXT NOT NULL,
    assignee {BYTES},
    access_hash {BYTES},
    access_failures {INT} NOT NULL,
    access_locked_until {INT},
    created_at {INT} NOT NULL,
    updated_at {INT} NOT NULL,
    due_at {INT},
    status_at {INT} NOT NULL,
    -- When time alone changes its status; NULL: it does not.
    rests_at {INT},
    holder_wrote_at {INT} NOT NULL,
    staff_wrote_at {INT},
    holder_read_at {INT} NOT NULL,
    staff_read_at {INT},
    told_at {INT}
) {TABLE_OPTIONS};
CREATE INDEX tickets_of_account ON tickets (service_id, account_id, id);
CREATE INDEX tickets_by_status ON tickets (service_id, status, id);
CREATE INDEX tickets_resting ON tickets (rests_at) WHERE rests_at IS NOT NULL;
CREATE INDEX tickets_closed ON tickets (status_at) WHERE status = 'closed';

CREATE TABLE ticket_messages (
    id {BYTES} NOT NULL PRIMARY KEY,
    service_id {BYTES} NOT NULL REFERENCES services (id),
    ticket_id {BYTES} NOT NULL REFERENCES tickets (id),
    author TEXT NOT NULL,
    author_id {BYTES},
    is_note {INT} NOT NULL,
    text_sealed {BYTES} NOT NULL,
    at {INT} NOT NULL
) {TABLE_OPTIONS};
CREATE INDEX ticket_messages_of_ticket ON ticket_messages (ticket_id, id);

-- Answers that staff keep ready.
CREATE TABLE canned_answers (
    service_id {BYTES} NOT NULL REFERENCES services (id),
    name TEXT NOT NULL,
    locale TEXT NOT NULL,
    body TEXT NOT NULL,
    operator_id {BYTES},
    changed_at {INT} NOT NULL,
    PRIMARY KEY (service_id, name, locale)
) {TABLE_OPTIONS_BY_KEY};
