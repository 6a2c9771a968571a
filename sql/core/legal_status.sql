WITH statuses AS (
    SELECT
        authority_code,
        lega_legal_status_id,
        lega_person_id,
        lega_legal_status,
        lega_legal_status_start_date,
        lega_legal_status_end_date
    FROM staging.ssd_legal_status
),

codes AS (
    SELECT
        legal_status,
        is_short_break
    FROM reference.legal_status
)

SELECT
    statuses.authority_code,
    statuses.lega_legal_status_id AS legal_status_id,
    statuses.lega_person_id AS child_id,
    statuses.lega_legal_status AS legal_status,
    statuses.lega_legal_status_start_date AS start_date,
    statuses.lega_legal_status_end_date AS end_date,
    coalesce(codes.is_short_break, false) AS is_short_break
FROM statuses
LEFT JOIN codes ON statuses.lega_legal_status = codes.legal_status
