-- One row a child protection plan and the day from which the interval between visits holds that it states. Of several
-- from one day the last in the file counts.
SELECT
    intervals.authority_code,
    intervals.cp_plan_id AS plan_id,
    coalesce(intervals.from_date, DATE '0001-01-01') AS from_date,
    CASE arg_max(intervals.interval_unit, intervals.line)
        WHEN 'working_days' THEN arg_max(intervals.interval_length, intervals.line)
    END AS working_days,
    CASE arg_max(intervals.interval_unit, intervals.line)
        WHEN 'days' THEN arg_max(intervals.interval_length, intervals.line)
        WHEN 'weeks' THEN 7 * arg_max(intervals.interval_length, intervals.line)
    END AS days
FROM staging.local_visit_intervals AS intervals
WHERE intervals.cp_plan_id IS NOT NULL AND intervals.interval_length > 0
GROUP BY intervals.authority_code, intervals.cp_plan_id, coalesce(intervals.from_date, DATE '0001-01-01')
