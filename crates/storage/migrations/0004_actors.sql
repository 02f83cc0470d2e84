-- Who did what, and who may. Spelling as in 0001.

-- Who is behind an entry: system, holder, relying_party, operator (then actor_id says which) or command_line.
ALTER TABLE events ADD COLUMN actor TEXT NOT NULL DEFAULT 'system';
ALTER TABLE events ADD COLUMN actor_id {BYTES};

-- What members of staff are there for, separated by commas. Those there were could see the policy and run deliveries.
ALTER TABLE operators ADD COLUMN roles TEXT NOT NULL DEFAULT 'admin,delivery';
