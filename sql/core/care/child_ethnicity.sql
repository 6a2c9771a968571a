-- One row a source and child of whom it tells the ethnic group. A list of one month's end tells of that month alone.
WITH told AS (
    SELECT
        'ssd' AS source,
        '' AS only_month,
        authority_code,
        pers_person_id AS child_id,
        pers_ethnicity AS ethnicity
    FROM staging.ssd_person
    UNION ALL
    SELECT
        'ssda903' AS source,
        '' AS only_month,
        headers.authority_code,
        coalesce(same.known_as, headers.child) AS child_id,
        headers.ethnic AS ethnicity
    FROM staging.ssda903_header AS headers
    LEFT JOIN core.same_child AS same
        ON headers.authority_code = same.authority_code AND headers.child = same.child_id
    UNION ALL
    SELECT
        'annex_a' AS source,
        children.delivery_month AS only_month,
        children.authority_code,
        coalesce(same.known_as, children.child_unique_id) AS child_id,
        children.ethnicity
    FROM staging.annex_a_looked_after AS children
    LEFT JOIN core.same_child AS same
        ON children.authority_code = same.authority_code AND children.child_unique_id = same.child_id
)

SELECT
    told.source,
    told.only_month,
    told.authority_code,
    told.child_id,
    min(ethnicities.ethnic_group) AS ethnic_group
FROM told
LEFT JOIN reference.ethnicity AS ethnicities ON told.ethnicity = ethnicities.ethnicity
GROUP BY told.source, told.only_month, told.authority_code, told.child_id
