SELECT * EXCLUDE (kpi_id, question, age_group)
FROM warehouse.fct_care_leaver_record
WHERE kpi_id = 'care_leavers_suitable_accommodation_17_18' AND question = 'accommodation' AND age_group = '17-18'
