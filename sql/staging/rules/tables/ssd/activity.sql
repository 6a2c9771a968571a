-- One row an assessment, enquiry, conference or plan, with the last of its days that are known. Plans held for another
-- authority belong to no referral here.
SELECT
    'assessment' AS kind,
    assessments.cina_person_id AS child,
    assessments.cina_referral_id AS referral_id,
    greatest(assessments.cina_assessment_start_date, assessments.cina_assessment_auth_date) AS last_day
FROM usable.ssd_cin_assessments AS assessments
UNION ALL
SELECT
    'enquiry' AS kind,
    enquiries.s47e_person_id AS child,
    enquiries.s47e_referral_id AS referral_id,
    enquiries.s47e_s47_start_date AS last_day
FROM usable.ssd_s47_enquiry AS enquiries
UNION ALL
SELECT
    'conference' AS kind,
    conferences.icpc_person_id AS child,
    conferences.icpc_referral_id AS referral_id,
    conferences.icpc_icpc_date AS last_day
FROM usable.ssd_initial_cp_conference AS conferences
UNION ALL
SELECT
    'cin_plan' AS kind,
    plans.cinp_person_id AS child,
    plans.cinp_referral_id AS referral_id,
    greatest(plans.cinp_cin_plan_start_date, plans.cinp_cin_plan_end_date) AS last_day
FROM usable.ssd_cin_plans AS plans
UNION ALL
SELECT
    'cp_plan' AS kind,
    plans.cppl_person_id AS child,
    plans.cppl_referral_id AS referral_id,
    greatest(plans.cppl_cp_plan_start_date, plans.cppl_cp_plan_end_date) AS last_day
FROM usable.ssd_cp_plans AS plans
WHERE plans.cppl_cp_plan_ola IS NOT TRUE
