WITH children AS (
    SELECT
        authority_code,
        child_id,
        reporting_month
    FROM warehouse.fct_child_looked_after_month
)

SELECT
    authority_code,
    child_id,
    reporting_month
FROM children
GROUP BY authority_code, child_id, reporting_month
HAVING count(*) > 1
