SELECT * EXCLUDE (kpi_id, question, age_group)
FROM warehouse.fct_care_leaver_record
WHERE kpi_id = 'care_leavers_suitable_accommodation' AND question = 'accommodation' AND age_group = '19-21'
