SELECT
    check_name,
    authority_code,
    consequence,
    sentence,
    rows_failed,
    detail
FROM warehouse.fct_check
