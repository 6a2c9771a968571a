-- One row a child and month end at which a care episode of the child is open, with the legal status then: of
-- those open the latest start counts, then the code.
-- grain: authority_code, child_id, reporting_month
WITH episodes AS (
    SELECT
        source,
        authority_code,
        child_id,
        start_date,
        end_date,
        coalesce(only_month, '') AS only_month
    FROM core.care_episode
),

statuses AS (
    SELECT
        source,
        authority_code,
        child_id,
        legal_status,
        start_date,
        end_date,
        coalesce(only_month, '') AS only_month,
        is_short_break
    FROM core.legal_status
),

known_children AS (
    SELECT
        authority_code,
        child_id,
        birth_date
    FROM core.child
),

months AS (
    SELECT
        months.authority_code,
        months.reporting_month,
        months.month_end,
        months.source,
        CASE WHEN sources.history = 'own_month' THEN months.reporting_month ELSE '' END AS only_month
    FROM warehouse.dim_looked_after_source AS months
    INNER JOIN reference.source AS sources ON months.source = sources.source
),

child_teams AS (
    SELECT
        authority_code,
        child_id,
        team_code,
        from_date
    FROM core.child_team
),

children AS (
    SELECT DISTINCT
        episodes.authority_code,
        episodes.child_id,
        months.reporting_month,
        months.month_end,
        months.source,
        months.only_month
    FROM episodes
    INNER JOIN months
        ON
            episodes.authority_code = months.authority_code
            AND episodes.source = months.source
            AND episodes.only_month = months.only_month
            AND episodes.start_date <= months.month_end
            AND coalesce(episodes.end_date, DATE '9999-12-31') > months.month_end
),

with_status AS (
    SELECT
        children.authority_code,
        children.child_id,
        children.reporting_month,
        children.month_end,
        statuses.legal_status,
        statuses.is_short_break,
        row_number() OVER (
            PARTITION BY children.authority_code, children.child_id, children.reporting_month
            ORDER BY statuses.start_date DESC, statuses.legal_status ASC
        ) AS place
    FROM children
    LEFT JOIN statuses
        ON
            children.authority_code = statuses.authority_code
            AND children.source = statuses.source
            AND children.only_month = statuses.only_month
            AND children.child_id = statuses.child_id
            AND children.month_end >= statuses.start_date
            AND children.month_end < coalesce(statuses.end_date, DATE '9999-12-31')
)

SELECT
    with_status.authority_code,
    with_status.child_id,
    coalesce(child_teams.team_code, 'unallocated') AS team_code,
    with_status.reporting_month,
    with_status.month_end,
    with_status.legal_status,
    CASE
        WHEN with_status.is_short_break THEN 'short breaks'
        WHEN known_children.birth_date <= with_status.month_end - INTERVAL 18 YEAR THEN 'aged 18 or over'
    END AS excluded_because
FROM with_status
LEFT JOIN known_children
    ON
        with_status.authority_code = known_children.authority_code
        AND with_status.child_id = known_children.child_id
ASOF LEFT JOIN child_teams
    ON
        with_status.authority_code = child_teams.authority_code
        AND with_status.child_id = child_teams.child_id
        AND with_status.month_end >= child_teams.from_date
WHERE with_status.place = 1
