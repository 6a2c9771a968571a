-- One row a phase of a chart that is judged: the place of its first point. A phase begins with a segment, and is found
-- where at least eight points came before it in its own phase and eight in a row lie on one side of their mean, the
-- first of them and six more nearer to the mean of the eight. In whole numbers up to the last comparison.
-- grain: kpi_id, authority_code, team_code, charted, position
WITH RECURSIVE points AS (
    SELECT
        kpi_id,
        authority_code,
        team_code,
        charted,
        segment,
        position,
        value,
        sum(value) OVER (
            PARTITION BY kpi_id, authority_code, team_code, charted, segment
            ORDER BY position
        ) AS sum_so_far
    FROM warehouse.fct_kpi_chart_point
    WHERE NOT is_level
),

runs AS (
    SELECT
        *,
        count(*) OVER eight AS run_points,
        sum(value) OVER eight AS run_sum,
        list_sort(list(value) OVER eight) AS run_values
    FROM points
    WINDOW eight AS (
        PARTITION BY kpi_id, authority_code, team_code, charted, segment
        ORDER BY position ROWS BETWEEN CURRENT ROW AND 7 FOLLOWING
    )
),

pairs AS (
    SELECT
        phases.kpi_id,
        phases.authority_code,
        phases.team_code,
        phases.charted,
        phases.position AS phase_position,
        runs.position,
        runs.value,
        runs.run_values,
        runs.position - phases.position AS points_before,
        runs.sum_so_far - runs.value - phases.sum_so_far + phases.value AS sum_before,
        runs.run_sum
    FROM points AS phases
    INNER JOIN runs
        ON
            phases.kpi_id = runs.kpi_id
            AND phases.authority_code = runs.authority_code
            AND coalesce(phases.team_code, '') = coalesce(runs.team_code, '')
            AND phases.charted = runs.charted
            AND phases.segment = runs.segment
            AND runs.position >= phases.position + 8
    WHERE runs.run_points = 8
),

-- Nearer to the later mean: beyond the middle of both, all of it times 16 and the points before.
shifts AS (
    SELECT
        kpi_id,
        authority_code,
        team_code,
        charted,
        phase_position,
        min(position) AS position
    FROM pairs
    WHERE
        (
            run_values[1] * points_before > sum_before
            AND least(run_values[2], value) * 16 * points_before > 8 * sum_before + points_before * run_sum
        )
        OR (
            run_values[8] * points_before < sum_before
            AND greatest(run_values[7], value) * 16 * points_before < 8 * sum_before + points_before * run_sum
        )
    GROUP BY kpi_id, authority_code, team_code, charted, phase_position
),

phases AS (
    SELECT
        kpi_id,
        authority_code,
        team_code,
        charted,
        min(position) AS position,
        false AS is_found
    FROM points
    GROUP BY kpi_id, authority_code, team_code, charted, segment
    UNION ALL
    SELECT
        shifts.kpi_id,
        shifts.authority_code,
        shifts.team_code,
        shifts.charted,
        shifts.position,
        true AS is_found
    FROM phases
    INNER JOIN shifts
        ON
            phases.kpi_id = shifts.kpi_id
            AND phases.authority_code = shifts.authority_code
            AND coalesce(phases.team_code, '') = coalesce(shifts.team_code, '')
            AND phases.charted = shifts.charted
            AND phases.position = shifts.phase_position
)

SELECT
    kpi_id,
    authority_code,
    team_code,
    charted,
    position,
    is_found
FROM phases
