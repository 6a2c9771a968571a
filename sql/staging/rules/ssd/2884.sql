SELECT conference.line
FROM usable.ssd_initial_cp_conference AS conference
INNER JOIN usable.ssd_initial_cp_conference AS other
    ON
        conference.icpc_person_id = other.icpc_person_id
        AND conference.icpc_icpc_date = other.icpc_icpc_date
WHERE conference.icpc_s47_enquiry_id IS NULL AND other.icpc_s47_enquiry_id IS NOT NULL
GROUP BY conference.line
