SELECT
    authority_code,
    team_code,
    reporting_month,
    child_id,
    record_key,
    numerator,
    denominator,
    reason
FROM warehouse.fct_obligation_record
WHERE kind = 'cla_review'
