-- One row a period of child protection plans or a placement, as spell_key, and the day from which the interval between
-- visits holds that was stated for it: for a plan not before it starts, unless it began the period. Of several from one
-- day the last in the file counts.
WITH stated AS (
    SELECT
        'cp_visit' AS kind,
        intervals.authority_code,
        plans.period_key AS spell_key,
        CASE
            WHEN plans.plan_id = plans.period_key THEN coalesce(intervals.from_date, DATE '0001-01-01')
            ELSE greatest(intervals.from_date, plans.start_date)
        END AS from_date,
        intervals.interval_length,
        intervals.interval_unit,
        intervals.line
    FROM staging.local_visit_intervals AS intervals
    INNER JOIN core.plan_period AS plans
        ON
            intervals.authority_code = plans.authority_code
            AND intervals.cp_plan_id = plans.plan_id
    UNION ALL
    SELECT
        'cla_visit' AS kind,
        authority_code,
        cla_placement_id AS spell_key,
        coalesce(from_date, DATE '0001-01-01') AS from_date,
        interval_length,
        interval_unit,
        line
    FROM staging.local_visit_intervals
    WHERE cla_placement_id IS NOT NULL
)

SELECT
    kind,
    authority_code,
    spell_key,
    from_date,
    arg_max(interval_length, line) AS length,
    arg_max(interval_unit, line) AS unit
FROM stated
WHERE interval_length > 0
GROUP BY kind, authority_code, spell_key, from_date
