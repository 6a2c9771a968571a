-- One row a section 47 enquiry after which a conference has to be held, and has not been.
SELECT
    enquiry.line,
    enquiry.child,
    enquiry.referral_id,
    enquiry.start_date,
    enquiry.end_date
FROM rule_table.enquiry AS enquiry
WHERE
    NOT enquiry.needs_no_conference
    AND NOT EXISTS (
        SELECT 1 FROM rule_table.conference AS conferences
        WHERE conferences.enquiry_id = enquiry.enquiry_id AND conferences.conference_date IS NOT NULL
    )
