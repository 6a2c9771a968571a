CREATE TABLE finding (
    table_name VARCHAR,
    rule_code VARCHAR,
    column_name VARCHAR,
    severity VARCHAR,
    consequence VARCHAR,
    line BIGINT,
    record_key UUID,
    child_id UUID,
    team_code VARCHAR
);

CREATE TABLE rule_result (
    table_name VARCHAR,
    rule_code VARCHAR,
    column_name VARCHAR,
    severity VARCHAR,
    consequence VARCHAR,
    sentence VARCHAR,
    remedy VARCHAR,
    rows_tested BIGINT,
    rows_failed BIGINT
);

CREATE TABLE reconciliation (
    file_name VARCHAR,
    table_name VARCHAR,
    encoding VARCHAR,
    rows_read BIGINT,
    rows_staged BIGINT,
    rows_refused BIGINT
);

-- How many staged rows a table has of each code and month: what drift is found by. A row without column is a month's.
CREATE TABLE profile (
    table_name VARCHAR,
    column_name VARCHAR,
    code VARCHAR,
    event_month VARCHAR,
    row_count BIGINT
);

-- How the values look that were given and could not be read: the commonest shapes of a column, and of how many in all.
CREATE TABLE unread_value (
    table_name VARCHAR,
    column_name VARCHAR,
    shape VARCHAR,
    value_count BIGINT,
    unread_count BIGINT,
    given_count BIGINT
);

CREATE VIEW refused_row AS
SELECT
    table_name,
    line,
    list(DISTINCT rule_code ORDER BY rule_code) AS reasons
FROM finding
WHERE consequence = 'refuse_row' AND line IS NOT NULL
GROUP BY table_name, line;
