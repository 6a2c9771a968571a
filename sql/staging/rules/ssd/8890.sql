SELECT enquiry.line
FROM usable.ssd_s47_enquiry AS enquiry
INNER JOIN usable.ssd_s47_enquiry AS earlier ON enquiry.s47e_person_id = earlier.s47e_person_id
WHERE
    (earlier.s47e_s47_start_date, earlier.line) < (enquiry.s47e_s47_start_date, enquiry.line)
    AND enquiry.s47e_s47_start_date < end_date_or_open(earlier.s47e_s47_end_date)
GROUP BY enquiry.line
