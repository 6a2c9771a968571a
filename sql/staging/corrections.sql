CREATE SCHEMA dropped;

-- Which correction is of which row, as it was delivered.
CREATE TABLE corrected_row (
    rule_code VARCHAR,
    table_name VARCHAR,
    line BIGINT,
    record_key UUID
);
