SELECT * EXCLUDE (kpi_id, question, age_group)
FROM warehouse.fct_care_leaver_record
WHERE kpi_id = 'care_leavers_in_eet' AND question = 'in_eet' AND age_group = '19-21'
