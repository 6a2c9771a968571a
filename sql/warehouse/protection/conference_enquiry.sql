-- One row an initial conference that a section 47 enquiry led to: the one that it names, or, where it names none, the
-- child's only one that could have led to it. That is one begun by then that asks for a conference, of the same
-- referral where both name one, and that had led by then to no conference that names it. Of several conferences that
-- could only have come of one enquiry the first is its own.
-- grain: authority_code, conference_id
WITH named AS (
    SELECT
        authority_code,
        conference_id,
        conference_date,
        enquiry_id
    FROM core.initial_conference
    WHERE enquiry_id IS NOT NULL
),

first_named AS (
    SELECT
        authority_code,
        enquiry_id,
        min(conference_date) AS conference_date
    FROM named
    GROUP BY authority_code, enquiry_id
),

candidates AS (
    SELECT
        conferences.authority_code,
        conferences.conference_id,
        conferences.conference_date,
        min(enquiries.enquiry_id) AS enquiry_id
    FROM core.initial_conference AS conferences
    INNER JOIN core.s47_enquiry AS enquiries
        ON
            conferences.authority_code = enquiries.authority_code
            AND conferences.child_id = enquiries.child_id
            AND coalesce(conferences.conference_date >= enquiries.start_date, enquiries.is_start_unread)
            AND coalesce(conferences.referral_id = enquiries.referral_id, true)
    LEFT JOIN first_named
        ON
            enquiries.authority_code = first_named.authority_code
            AND enquiries.enquiry_id = first_named.enquiry_id
    WHERE
        conferences.enquiry_id IS NULL
        AND NOT conferences.is_transfer_in
        AND NOT enquiries.needs_no_conference
        AND coalesce(first_named.conference_date > conferences.conference_date, true)
    GROUP BY conferences.authority_code, conferences.conference_id, conferences.conference_date
    HAVING count(*) = 1
),

inferred AS (
    SELECT *
    FROM candidates
    QUALIFY rank() OVER (PARTITION BY authority_code, enquiry_id ORDER BY conference_date) = 1
)

SELECT
    authority_code,
    conference_id,
    enquiry_id,
    false AS is_inferred
FROM named
UNION ALL
SELECT
    authority_code,
    conference_id,
    enquiry_id,
    true AS is_inferred
FROM inferred
