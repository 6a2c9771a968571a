WITH conferences AS (
    SELECT
        authority_code,
        conference_id
    FROM warehouse.fct_initial_conference
)

SELECT
    authority_code,
    conference_id
FROM conferences
GROUP BY authority_code, conference_id
HAVING count(*) > 1
