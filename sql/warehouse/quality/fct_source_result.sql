-- One row a table and rule about what another source says: how many of its records were compared, and of how many the
-- other source says something else.
-- grain: authority_code, source, reporting_month, table_name, rule_code, column_name
WITH counted AS (
    SELECT
        authority_code,
        subject,
        preferred_source,
        other_source,
        count(preferred_line) AS preferred_records,
        count(other_line) AS other_records
    FROM warehouse.fct_event_match
    GROUP BY authority_code, subject, preferred_source, other_source
),

findings AS (
    SELECT
        authority_code,
        subject,
        source,
        other_source,
        rule_code,
        count(*) AS findings
    FROM warehouse.fct_source_finding
    GROUP BY authority_code, subject, source, other_source, rule_code
),

compared AS (
    SELECT
        counted.authority_code,
        counted.subject,
        CASE WHEN rules.is_of_preferred THEN counted.preferred_source ELSE counted.other_source END AS source,
        CASE WHEN rules.is_of_preferred THEN counted.other_source ELSE counted.preferred_source END AS other_source,
        rules.rule_code,
        rules.is_of_second_date,
        CASE WHEN rules.is_of_preferred THEN counted.preferred_records ELSE counted.other_records END AS records
    FROM counted
    CROSS JOIN reference.agreement_rule AS rules
),

placed AS (
    SELECT
        compared.*,
        places.table_name,
        CASE
            WHEN compared.is_of_second_date THEN places.second_date_column ELSE places.first_date_column
        END AS column_name,
        coalesce(findings.findings, 0) AS findings
    FROM compared
    INNER JOIN reference.event_source AS places
        ON compared.subject = places.subject AND compared.source = places.source
    LEFT JOIN findings
        ON
            compared.authority_code = findings.authority_code
            AND compared.subject = findings.subject
            AND compared.source = findings.source
            AND compared.other_source = findings.other_source
            AND compared.rule_code = findings.rule_code
)

SELECT
    placed.authority_code,
    placed.source,
    tables.last_month AS reporting_month,
    placed.table_name,
    placed.column_name,
    rules.rule_code,
    rules.severity,
    rules.consequence,
    rules.sentence,
    rules.remedy,
    cast(sum(placed.records) AS BIGINT) AS rows_tested,
    cast(sum(placed.findings) AS BIGINT) AS rows_failed
FROM placed
INNER JOIN reference.warehouse_rule AS rules ON placed.rule_code = rules.rule_code
INNER JOIN staging.delivered_table AS tables
    ON
        placed.authority_code = tables.authority_code
        AND placed.source = tables.source
        AND placed.table_name = tables.table_name
WHERE placed.column_name IS NOT NULL
GROUP BY ALL
