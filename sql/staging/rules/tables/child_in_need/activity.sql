-- One row an assessment, enquiry, conference or plan, with the last of its days that are known. Plans held for another
-- authority belong to no referral here.
SELECT
    'assessment' AS kind,
    assessments.child,
    assessments.referral_id,
    greatest(assessments.start_date, assessments.authorisation_date) AS last_day
FROM rule_table.assessment AS assessments
UNION ALL
SELECT
    'enquiry' AS kind,
    enquiries.child,
    enquiries.referral_id,
    enquiries.start_date AS last_day
FROM rule_table.enquiry AS enquiries
UNION ALL
SELECT
    'conference' AS kind,
    conferences.child,
    conferences.referral_id,
    conferences.conference_date AS last_day
FROM rule_table.conference AS conferences
UNION ALL
SELECT
    'cin_plan' AS kind,
    plans.child,
    plans.referral_id,
    greatest(plans.start_date, plans.end_date) AS last_day
FROM rule_table.cin_plan AS plans
UNION ALL
SELECT
    'cp_plan' AS kind,
    plans.child,
    plans.referral_id,
    greatest(plans.start_date, plans.end_date) AS last_day
FROM rule_table.cp_plan AS plans
WHERE NOT plans.is_of_another_authority
