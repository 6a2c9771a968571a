SELECT conference.line
FROM usable.ssd_initial_cp_conference AS conference
WHERE isodow(conference.icpc_icpc_target_date) > 5
