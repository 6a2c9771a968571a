-- One row a worker and month end at which the worker held a case: an allocated child each. The worker's team is
-- that of most of these children, then by code. A case whose days could not be read is none of the cases. Where the
-- month is taken from a census, the cases are those it says.
-- grain: authority_code, worker_id, reporting_month
WITH listed_months AS (
    SELECT
        authority_code,
        reporting_month
    FROM warehouse.month_end_list_month
    WHERE subject = 'caseload'
),

cases AS (
    SELECT DISTINCT
        involvements.authority_code,
        involvements.worker_id,
        involvements.child_id,
        involvements.is_undecided,
        coalesce(involvements.team_code, 'unallocated') AS team_code,
        months.reporting_month,
        months.month_end
    FROM core.involvement AS involvements
    INNER JOIN warehouse.dim_covered_month AS months
        ON
            involvements.authority_code = months.authority_code
            AND CASE
                WHEN involvements.is_undecided THEN coalesce(involvements.start_date, DATE '0001-01-01')
                ELSE involvements.start_date
            END <= months.month_end
            AND end_date_or_open(involvements.end_date) > months.month_end
    LEFT JOIN listed_months
        ON
            months.authority_code = listed_months.authority_code
            AND months.reporting_month = listed_months.reporting_month
    WHERE
        involvements.is_allocated_worker
        AND involvements.child_id IS NOT NULL
        AND listed_months.reporting_month IS NULL
),

by_team AS (
    SELECT
        authority_code,
        worker_id,
        reporting_month,
        team_code,
        count(DISTINCT child_id) AS cases
    FROM cases
    GROUP BY authority_code, worker_id, reporting_month, team_code
),

teams AS (
    SELECT *
    FROM by_team
    QUALIFY row_number() OVER (
        PARTITION BY authority_code, worker_id, reporting_month
        ORDER BY cases DESC, team_code ASC
    ) = 1
),

holders AS (
    SELECT
        authority_code,
        worker_id,
        reporting_month,
        month_end,
        count(DISTINCT child_id) FILTER (WHERE NOT is_undecided) AS cases
    FROM cases
    GROUP BY authority_code, worker_id, reporting_month, month_end
),

of_role AS (
    SELECT
        holders.*,
        teams.team_code,
        coalesce(workers.role, '') AS role,
        workers.full_time_equivalent,
        workers.is_social_worker
    FROM holders
    INNER JOIN core.worker AS workers
        ON
            holders.authority_code = workers.authority_code
            AND holders.worker_id = workers.worker_id
    INNER JOIN teams
        ON
            holders.authority_code = teams.authority_code
            AND holders.worker_id = teams.worker_id
            AND holders.reporting_month = teams.reporting_month
),

kinds AS (
    SELECT DISTINCT
        authority_code,
        role,
        team_code
    FROM of_role
),

bounds AS (
    SELECT
        kinds.*,
        given.role IS NOT NULL AS is_of_role,
        given.team_code IS NOT NULL AS is_of_team,
        given.from_date,
        given.line,
        given.lower_bound,
        given.upper_bound
    FROM kinds
    INNER JOIN core.caseload_bound AS given ON kinds.authority_code = given.authority_code
    WHERE
        coalesce(given.role, kinds.role) = kinds.role
        AND coalesce(given.team_code, kinds.team_code) = kinds.team_code
),

with_bounds AS (
    SELECT
        of_role.*,
        bounds.lower_bound,
        bounds.upper_bound,
        row_number() OVER (
            PARTITION BY of_role.authority_code, of_role.worker_id, of_role.reporting_month
            ORDER BY bounds.is_of_role DESC, bounds.is_of_team DESC, bounds.from_date DESC, bounds.line DESC
        ) AS rank
    FROM of_role
    LEFT JOIN bounds
        ON
            of_role.authority_code = bounds.authority_code
            AND of_role.role = bounds.role
            AND of_role.team_code = bounds.team_code
            AND of_role.month_end >= bounds.from_date
)

SELECT
    authority_code,
    worker_id,
    team_code,
    reporting_month,
    cases,
    full_time_equivalent,
    is_social_worker,
    lower_bound,
    upper_bound
FROM with_bounds
WHERE rank = 1
UNION ALL
SELECT
    workers.authority_code,
    workers.worker_id,
    'unallocated' AS team_code,
    workers.reporting_month,
    workers.cases,
    workers.full_time_equivalent,
    true AS is_social_worker,
    cast(NULL AS BIGINT) AS lower_bound,
    cast(NULL AS BIGINT) AS upper_bound
FROM core.listed_worker AS workers
INNER JOIN listed_months
    ON
        workers.authority_code = listed_months.authority_code
        AND workers.reporting_month = listed_months.reporting_month
