SELECT * EXCLUDE (kpi_id, question, age_group)
FROM warehouse.fct_care_leaver_record
WHERE kpi_id = 'care_leavers_in_touch_17_18' AND question = 'in_touch' AND age_group = '17-18'
