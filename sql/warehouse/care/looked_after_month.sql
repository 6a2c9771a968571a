-- One row a source that covers the month, child and month end at which a care episode of the child is open, with the
-- legal status then: of those open the latest start counts, then the code, and the need of the latest episode.
-- is_undecided: nothing that could be read says so.
-- grain: source, authority_code, child_id, reporting_month
WITH episodes AS (
    SELECT
        source,
        authority_code,
        child_id,
        start_date,
        end_date,
        is_undecided,
        category_of_need,
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
        is_undecided,
        is_start_unread,
        is_short_break
    FROM core.legal_status
),

months AS (
    SELECT
        months.authority_code,
        months.reporting_month,
        months.month_end,
        months.source,
        CASE WHEN sources.history = 'own_month' THEN months.reporting_month ELSE '' END AS only_month
    FROM warehouse.looked_after_source_month AS months
    INNER JOIN reference.source AS sources ON months.source = sources.source
),

children AS (
    SELECT
        episodes.authority_code,
        episodes.child_id,
        months.reporting_month,
        months.month_end,
        months.source,
        months.only_month,
        arg_max(episodes.category_of_need, episodes.start_date) AS category_of_need,
        bool_and(episodes.is_undecided) AS is_undecided
    FROM episodes
    INNER JOIN months
        ON
            episodes.authority_code = months.authority_code
            AND episodes.source = months.source
            AND episodes.only_month = months.only_month
            AND episodes.start_date <= months.month_end
            AND end_date_or_open(episodes.end_date) > months.month_end
    GROUP BY
        episodes.authority_code,
        episodes.child_id,
        months.reporting_month,
        months.month_end,
        months.source,
        months.only_month
),

of_unread_start AS (
    SELECT
        source,
        authority_code,
        child_id,
        max(end_date_or_open(end_date)) AS end_date
    FROM statuses
    WHERE is_start_unread
    GROUP BY source, authority_code, child_id
),

with_status AS (
    SELECT
        children.authority_code,
        children.child_id,
        children.reporting_month,
        children.month_end,
        children.source,
        children.only_month,
        children.category_of_need,
        statuses.legal_status,
        statuses.is_short_break,
        children.is_undecided
        OR coalesce(statuses.is_undecided, false)
        OR of_unread_start.child_id IS NOT NULL AS is_undecided,
        row_number() OVER (
            PARTITION BY children.source, children.authority_code, children.child_id, children.reporting_month
            ORDER BY statuses.start_date DESC, statuses.legal_status ASC
        ) AS position
    FROM children
    LEFT JOIN statuses
        ON
            children.authority_code = statuses.authority_code
            AND children.source = statuses.source
            AND children.only_month = statuses.only_month
            AND children.child_id = statuses.child_id
            AND children.month_end >= statuses.start_date
            AND children.month_end < end_date_or_open(statuses.end_date)
    LEFT JOIN of_unread_start
        ON
            children.authority_code = of_unread_start.authority_code
            AND children.source = of_unread_start.source
            AND children.child_id = of_unread_start.child_id
            AND children.month_end < of_unread_start.end_date
)

SELECT
    with_status.source,
    with_status.only_month,
    with_status.authority_code,
    with_status.child_id,
    coalesce(child_teams.team_code, 'unallocated') AS team_code,
    with_status.reporting_month,
    with_status.month_end,
    with_status.legal_status,
    with_status.category_of_need,
    CASE WHEN known_children.birth_date <= with_status.month_end THEN known_children.birth_date END AS birth_date,
    with_status.is_undecided,
    CASE
        WHEN with_status.is_short_break THEN 'short breaks'
        WHEN known_children.death_date <= with_status.month_end THEN 'died'
        WHEN known_children.childhood_end <= with_status.month_end THEN 'aged 18 or over'
    END AS excluded_because
FROM with_status
LEFT JOIN core.child AS known_children USING (authority_code, child_id)
ASOF LEFT JOIN core.child_team AS child_teams
    ON
        with_status.authority_code = child_teams.authority_code
        AND with_status.child_id = child_teams.child_id
        AND with_status.month_end >= child_teams.from_date
WHERE with_status.position = 1
