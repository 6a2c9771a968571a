-- One row a source, looked-after child and placement. In the SSDA903 it is the episodes in a row of which the later
-- ones change the legal status alone (L). A list of one month's end holds the latest placement. distance is in miles.
WITH episodes AS (
    SELECT
        episodes.authority_code,
        coalesce(same.known_as, episodes.child) AS child_id,
        episodes.decom,
        episodes.dec,
        episodes.place,
        episodes.place_provider,
        count(*) FILTER (WHERE coalesce(episodes.rne, '') <> 'L') OVER (
            PARTITION BY episodes.authority_code, coalesce(same.known_as, episodes.child)
            ORDER BY episodes.decom ASC, episodes.dec ASC NULLS LAST, episodes.place ASC
        ) AS placement_number
    FROM staging.ssda903_episodes AS episodes
    LEFT JOIN core.same_child AS same
        ON episodes.authority_code = same.authority_code AND episodes.child = same.child_id
    WHERE episodes.decom IS NOT NULL
)

SELECT
    'ssd' AS source,
    '' AS only_month,
    authority_code,
    child_id,
    placement_id,
    placement_type,
    placement_provider,
    distance,
    cast(NULL AS VARCHAR) AS location,
    start_date,
    end_date
FROM core.placement
WHERE start_date IS NOT NULL AND coalesce(end_date, start_date) >= start_date
UNION ALL
SELECT
    'ssda903' AS source,
    '' AS only_month,
    authority_code,
    child_id,
    cast(NULL AS UUID) AS placement_id,
    arg_max(place, decom) AS placement_type,
    arg_max(place_provider, decom) AS placement_provider,
    cast(NULL AS DECIMAL(12, 2)) AS distance,
    cast(NULL AS VARCHAR) AS location,
    min(decom) AS start_date,
    nullif(max(end_date_or_open(dec)), end_date_or_open(NULL)) AS end_date
FROM episodes
GROUP BY authority_code, child_id, placement_number
UNION ALL
SELECT
    'annex_a' AS source,
    reporting_month AS only_month,
    authority_code,
    child_id,
    cast(NULL AS UUID) AS placement_id,
    placement_type,
    placement_provider,
    cast(NULL AS DECIMAL(12, 2)) AS distance,
    placement_location AS location,
    coalesce(placement_start_date, start_date) AS start_date,
    end_date
FROM core.listed_looked_after
