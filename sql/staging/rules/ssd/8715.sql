SELECT conference.line
FROM usable.ssd_initial_cp_conference AS conference
CROSS JOIN rule_table.delivery
WHERE conference.icpc_icpc_date > delivery.extracted_by
