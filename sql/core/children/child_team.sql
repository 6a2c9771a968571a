-- One row a child and stretch of time (until is not in it) in which one team and worker held the child, or nobody: of
-- the allocated involvements that are open the latest start counts, then the team's code, then the id.
WITH involvements AS (
    SELECT
        authority_code,
        involvement_id,
        child_id,
        worker_id,
        team_code,
        start_date,
        end_date
    FROM core.involvement
    WHERE is_allocated_worker
),

change_dates AS (
    SELECT
        authority_code,
        child_id,
        start_date AS change_date
    FROM involvements
    WHERE start_date IS NOT NULL
    UNION
    SELECT
        authority_code,
        child_id,
        end_date AS change_date
    FROM involvements
    WHERE end_date IS NOT NULL
),

ranked AS (
    SELECT
        change_dates.*,
        involvements.team_code,
        involvements.worker_id,
        row_number() OVER (
            PARTITION BY change_dates.authority_code, change_dates.child_id, change_dates.change_date
            ORDER BY involvements.start_date DESC, involvements.team_code ASC, involvements.involvement_id ASC
        ) AS position
    FROM change_dates
    LEFT JOIN involvements
        ON
            change_dates.authority_code = involvements.authority_code
            AND change_dates.child_id = involvements.child_id
            AND change_dates.change_date >= involvements.start_date
            AND change_dates.change_date < end_date_or_open(involvements.end_date)
)

SELECT
    authority_code,
    child_id,
    team_code,
    worker_id,
    change_date AS from_date,
    end_date_or_open(lead(change_date) OVER (PARTITION BY authority_code, child_id ORDER BY change_date)) AS until_date
FROM ranked
WHERE position = 1
