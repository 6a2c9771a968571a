-- One row a finding of the deliveries that the month is looked at by, the newest of each source and what came in the
-- month itself, and one a finding that the delivery before had and this one has no more. Team: the row's own, else
-- that of the child's allocated worker at the month's end; none where the finding is about a file. Owner: the team; of
-- what is of no child who fixes such a file, else those who make the export. What another source says otherwise is
-- looked at anew each month, and not followed.
WITH findings AS (
    SELECT
        authority_code,
        source,
        reporting_month AS delivery_month,
        table_name,
        rule_code,
        column_name,
        severity,
        consequence,
        line,
        record_key,
        child_id,
        team_code,
        (record_key IS NOT NULL OR line IS NULL) AS is_followed
    FROM validation.finding
),

open_findings AS (
    SELECT
        findings.*,
        runs.first_month,
        CASE
            WHEN runs.first_month = findings.delivery_month THEN 'new'
            WHEN runs.first_month < findings.delivery_month THEN 'persisting'
        END AS followed_as,
        date_diff('day', runs.first_month_end, cast($as_of AS DATE)) AS days_open
    FROM findings
    INNER JOIN warehouse.delivery_in_scope USING (authority_code, source, delivery_month)
    LEFT JOIN warehouse.fct_finding_run AS runs
        ON
            findings.authority_code = runs.authority_code
            AND findings.source = runs.source
            AND findings.table_name = runs.table_name
            AND findings.rule_code = runs.rule_code
            AND coalesce(findings.column_name, '') = runs.column_name
            AND findings.record_key IS NOT DISTINCT FROM runs.record_key
            AND findings.is_followed
            AND findings.delivery_month BETWEEN runs.first_month AND runs.last_month
),

resolved AS (
    SELECT
        findings.authority_code,
        findings.source,
        runs.resolved_month AS delivery_month,
        findings.table_name,
        findings.rule_code,
        findings.column_name,
        min(findings.severity) AS severity,
        min(findings.consequence) AS consequence,
        cast(NULL AS BIGINT) AS line,
        findings.record_key,
        min(findings.child_id) AS child_id,
        min(findings.team_code) AS team_code,
        runs.first_month,
        'resolved' AS followed_as,
        date_diff('day', runs.first_month_end, months.month_end) AS days_open
    FROM warehouse.fct_finding_run AS runs
    INNER JOIN warehouse.delivery_in_scope AS looked_at
        ON
            runs.authority_code = looked_at.authority_code
            AND runs.source = looked_at.source
            AND runs.resolved_month = looked_at.delivery_month
    INNER JOIN warehouse.dim_month AS months ON runs.resolved_month = months.reporting_month
    INNER JOIN findings
        ON
            runs.authority_code = findings.authority_code
            AND runs.source = findings.source
            AND runs.last_month = findings.delivery_month
            AND runs.table_name = findings.table_name
            AND runs.rule_code = findings.rule_code
            AND runs.column_name = coalesce(findings.column_name, '')
            AND runs.record_key IS NOT DISTINCT FROM findings.record_key
            AND findings.is_followed
    GROUP BY
        findings.authority_code,
        findings.source,
        runs.resolved_month,
        findings.table_name,
        findings.rule_code,
        findings.column_name,
        findings.record_key,
        runs.first_month,
        runs.first_month_end,
        months.month_end
),

teams AS (
    SELECT
        authority_code,
        child_id,
        team_code
    FROM core.child_team
    WHERE
        from_date <= cast($as_of AS DATE)
        AND until_date > cast($as_of AS DATE)
),

every_finding AS (
    SELECT
        authority_code,
        source,
        delivery_month,
        table_name,
        rule_code,
        column_name,
        severity,
        consequence,
        line,
        record_key,
        child_id,
        team_code,
        first_month,
        followed_as,
        days_open
    FROM open_findings
    UNION ALL
    SELECT
        authority_code,
        source,
        delivery_month,
        table_name,
        rule_code,
        column_name,
        severity,
        consequence,
        line,
        record_key,
        child_id,
        team_code,
        first_month,
        followed_as,
        days_open
    FROM resolved
    UNION ALL
    SELECT
        disagreements.authority_code,
        disagreements.source,
        disagreements.delivery_month,
        disagreements.table_name,
        disagreements.rule_code,
        disagreements.column_name,
        rules.severity,
        rules.consequence,
        disagreements.line,
        disagreements.record_key,
        disagreements.child_id,
        cast(NULL AS VARCHAR) AS team_code,
        cast(NULL AS VARCHAR) AS first_month,
        cast(NULL AS VARCHAR) AS followed_as,
        cast(NULL AS BIGINT) AS days_open
    FROM warehouse.fct_source_finding AS disagreements
    INNER JOIN reference.warehouse_rule AS rules ON disagreements.rule_code = rules.rule_code
    INNER JOIN warehouse.delivery_in_scope USING (authority_code, source, delivery_month)
)

SELECT
    every_finding.authority_code,
    every_finding.source,
    every_finding.delivery_month,
    every_finding.table_name,
    every_finding.rule_code,
    every_finding.column_name,
    every_finding.severity,
    every_finding.consequence,
    every_finding.line,
    every_finding.record_key,
    every_finding.child_id,
    CASE
        WHEN every_finding.line IS NOT NULL OR every_finding.record_key IS NOT NULL
            THEN coalesce(every_finding.team_code, teams.team_code, 'unallocated')
    END AS team_code,
    coalesce(
        every_finding.team_code,
        teams.team_code,
        CASE WHEN every_finding.child_id IS NULL THEN coalesce(of_tables.owner, of_sources.owner) END,
        CASE WHEN every_finding.line IS NULL AND every_finding.record_key IS NULL THEN 'export' ELSE 'unallocated' END
    ) AS owner,
    every_finding.first_month,
    every_finding.followed_as AS status,
    every_finding.days_open
FROM every_finding
LEFT JOIN teams USING (authority_code, child_id)
LEFT JOIN reference.finding_owner AS of_tables
    ON
        every_finding.source = of_tables.source
        AND every_finding.table_name = of_tables.table_name
LEFT JOIN reference.finding_owner AS of_sources
    ON
        every_finding.source = of_sources.source
        AND of_sources.table_name IS NULL
