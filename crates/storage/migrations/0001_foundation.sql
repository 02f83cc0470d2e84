-- Proof of which master keys this database was written with, without the keys: a keyed value per key id.
CREATE TABLE key_checks (
    key_id {INT} NOT NULL PRIMARY KEY,
    check_value {BYTES} NOT NULL,
    anchors_indexes {INT} NOT NULL
) {TABLE_OPTIONS};
