-- One row a care leaver as the delivery of a month holds them: who is there twice counts with the latest contact.
-- is_suitable and is_in_eet (education, employment or training) are null where nothing is recorded.
WITH every_leaver AS (
    SELECT
        'ssd' AS source,
        leavers.authority_code,
        leavers.delivery_month,
        leavers.clea_person_id AS person_id,
        people.pers_dob AS birth_date,
        leavers.clea_care_leaver_allocated_team AS team_code,
        leavers.clea_care_leaver_in_touch AS in_touch,
        leavers.clea_care_leaver_latest_contact AS contact_date,
        leavers.clea_care_leaver_accom_suitable = '1' AS is_suitable,
        left(leavers.clea_care_leaver_activity, 1) IN ('F', 'P') AS is_in_eet
    FROM staging.ssd_care_leavers AS leavers
    LEFT JOIN staging.ssd_person AS people
        ON leavers.authority_code = people.authority_code AND leavers.clea_person_id = people.pers_person_id
    UNION ALL
    SELECT
        'ssda903' AS source,
        leavers.authority_code,
        leavers.delivery_month,
        coalesce(same.known_as, leavers.child) AS person_id,
        leavers.dob AS birth_date,
        cast(NULL AS VARCHAR) AS team_code,
        leavers.in_touch,
        cast(NULL AS DATE) AS contact_date,
        right(nullif(leavers.accom, '0'), 1) = '1' AS is_suitable,
        left(nullif(leavers.activ, '0'), 1) IN ('F', 'P') AS is_in_eet
    FROM staging.ssda903_oc3 AS leavers
    LEFT JOIN core.same_child AS same
        ON leavers.authority_code = same.authority_code AND leavers.child = same.child_id
    UNION ALL
    SELECT
        'annex_a' AS source,
        leavers.authority_code,
        leavers.delivery_month,
        coalesce(same.known_as, leavers.child_unique_id) AS person_id,
        leavers.date_of_birth AS birth_date,
        cast(NULL AS VARCHAR) AS team_code,
        upper(leavers.la_in_touch) AS in_touch,
        leavers.latest_date_of_contact AS contact_date,
        leavers.suitability_of_accommodation = 'Suitable' AS is_suitable,
        left(leavers.activity_status, 1) IN ('F', 'P') AS is_in_eet
    FROM staging.annex_a_care_leavers AS leavers
    LEFT JOIN core.same_child AS same
        ON leavers.authority_code = same.authority_code AND leavers.child_unique_id = same.child_id
)

SELECT
    source,
    authority_code,
    delivery_month,
    person_id,
    birth_date,
    team_code,
    in_touch,
    is_suitable,
    is_in_eet
FROM every_leaver
QUALIFY row_number() OVER (
    PARTITION BY source, authority_code, delivery_month, person_id
    ORDER BY contact_date DESC NULLS LAST, in_touch ASC NULLS LAST, is_suitable ASC NULLS LAST, is_in_eet ASC NULLS LAST
) = 1
