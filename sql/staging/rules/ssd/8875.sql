SELECT conference.line
FROM usable.ssd_initial_cp_conference AS conference
WHERE isodow(conference.icpc_icpc_date) > 5
