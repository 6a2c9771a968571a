SELECT conference.line
FROM usable.ssd_initial_cp_conference AS conference
INNER JOIN usable.ssd_s47_enquiry AS enquiry ON conference.icpc_s47_enquiry_id = enquiry.s47e_s47_enquiry_id
WHERE
    conference.icpc_icpc_date IS NOT NULL
    AND coalesce(conference.icpc_icpc_date < enquiry.s47e_s47_start_date, true)
