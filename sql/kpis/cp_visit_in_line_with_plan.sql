SELECT * EXCLUDE (kind, is_counted)
FROM warehouse.fct_obligation_record
WHERE kind = 'cp_visit'
