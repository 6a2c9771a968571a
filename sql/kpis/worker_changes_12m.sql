-- An allocated worker of the last twelve months is one who held the child on any day of them.
WITH workers AS (
    SELECT
        children.authority_code,
        children.child_id,
        children.reporting_month,
        count(DISTINCT involvements.worker_id) AS workers
    FROM warehouse.fct_child_in_need_month AS children
    INNER JOIN warehouse.dim_covered_month AS months USING (authority_code, reporting_month)
    INNER JOIN core.involvement AS involvements
        ON
            children.authority_code = involvements.authority_code
            AND children.child_id = involvements.child_id
            AND involvements.is_allocated_worker
            AND months.month_end >= involvements.start_date
            AND months.year_before < end_date_or_open(involvements.end_date)
    GROUP BY children.authority_code, children.child_id, children.reporting_month
)

SELECT
    children.authority_code,
    children.team_code,
    children.reporting_month,
    children.child_id,
    children.child_id AS record_key,
    one_or_zero(
        CASE
            WHEN children.excluded_because IS NULL AND NOT children.is_undecided
                THEN coalesce(workers.workers, 0) >= 3
        END
    ) AS numerator,
    one_if(children.excluded_because IS NULL AND NOT children.is_undecided) AS denominator,
    coalesce(children.excluded_because, concat(coalesce(workers.workers, 0), ' workers')) AS reason
FROM warehouse.fct_child_in_need_month AS children
LEFT JOIN workers USING (authority_code, child_id, reporting_month)
