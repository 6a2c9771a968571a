-- One row a legal status of a child in a source; in the SSDA903 it stands on the episode. A list of one month's end
-- covers that month alone. is_undecided: something of it could not be read.
WITH statuses AS (
    SELECT
        'ssd' AS source,
        authority_code,
        lega_person_id AS child_id,
        lega_legal_status AS legal_status,
        lega_legal_status_start_date AS start_date,
        lega_legal_status_end_date AS end_date,
        cast(NULL AS VARCHAR) AS only_month,
        coalesce(
            list_has_any(
                unread_columns, ['lega_legal_status', 'lega_legal_status_start_date', 'lega_legal_status_end_date']
            ),
            false
        ) AS is_undecided,
        coalesce(list_contains(unread_columns, 'lega_legal_status_start_date'), false) AS is_start_unread
    FROM staging.ssd_legal_status
    UNION ALL
    SELECT
        'ssda903' AS source,
        episodes.authority_code,
        coalesce(same.known_as, episodes.child) AS child_id,
        episodes.ls AS legal_status,
        episodes.decom AS start_date,
        episodes.dec AS end_date,
        cast(NULL AS VARCHAR) AS only_month,
        false AS is_undecided,
        false AS is_start_unread
    FROM staging.ssda903_episodes AS episodes
    LEFT JOIN core.same_child AS same
        ON episodes.authority_code = same.authority_code AND episodes.child = same.child_id
    UNION ALL
    SELECT
        'annex_a' AS source,
        authority_code,
        child_id,
        legal_status,
        legal_status_start_date AS start_date,
        end_date,
        reporting_month AS only_month,
        false AS is_undecided,
        false AS is_start_unread
    FROM core.listed_looked_after
)

SELECT
    statuses.source,
    statuses.authority_code,
    statuses.child_id,
    statuses.legal_status,
    statuses.start_date,
    statuses.end_date,
    statuses.only_month,
    statuses.is_undecided,
    statuses.is_start_unread,
    coalesce(codes.is_short_break, false) AS is_short_break
FROM statuses
LEFT JOIN reference.legal_status AS codes ON statuses.legal_status = codes.legal_status
