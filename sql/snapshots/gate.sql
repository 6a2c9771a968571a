WITH authorities AS (
    SELECT DISTINCT authority_code
    FROM warehouse.dim_gate_need
    UNION
    SELECT authority_code
    FROM warehouse.fct_gate_finding
),

findings AS (
    SELECT
        authority_code,
        condition,
        string_agg(detail, '; ' ORDER BY detail) AS detail
    FROM warehouse.fct_gate_finding
    GROUP BY authority_code, condition
)

SELECT
    authorities.authority_code,
    strftime($as_of, '%Y-%m') AS reporting_month,
    conditions.condition,
    conditions.sentence,
    findings.condition IS NULL AS holds,
    findings.detail
FROM authorities
CROSS JOIN reference.gate_condition AS conditions
LEFT JOIN findings
    ON authorities.authority_code = findings.authority_code AND conditions.condition = findings.condition
