-- One row a recorded visit to a child. A visit whose mode nobody recorded was in person.
WITH modes AS (
    SELECT
        modes.authority_code,
        coalesce(modes.cin_visit_id, modes.cp_visit_id, modes.cla_visit_id) AS visit_id,
        arg_max(modes.visit_mode, modes.line) AS visit_mode
    FROM staging.local_visit_modes AS modes
    GROUP BY modes.authority_code, coalesce(modes.cin_visit_id, modes.cp_visit_id, modes.cla_visit_id)
),

visits AS (
    SELECT
        'cin_visit' AS kind,
        cin_visits.authority_code,
        cin_visits.cinv_cin_visit_id AS visit_id,
        cin_visits.cinv_person_id AS child_id,
        cin_visits.cinv_cin_visit_date AS visit_date,
        cin_visits.cinv_cin_visit_seen AS is_seen,
        cin_visits.cinv_cin_visit_seen_alone AS is_seen_alone
    FROM staging.ssd_cin_visits AS cin_visits
    UNION ALL
    SELECT
        'cp_visit' AS kind,
        cp_visits.authority_code,
        cp_visits.cppv_cp_visit_id AS visit_id,
        cp_visits.cppv_person_id AS child_id,
        cp_visits.cppv_cp_visit_date AS visit_date,
        cp_visits.cppv_cp_visit_seen AS is_seen,
        cp_visits.cppv_cp_visit_seen_alone AS is_seen_alone
    FROM staging.ssd_cp_visits AS cp_visits
    UNION ALL
    SELECT
        'cla_visit' AS kind,
        cla_visits.authority_code,
        cla_visits.clav_cla_visit_id AS visit_id,
        cla_visits.clav_person_id AS child_id,
        cla_visits.clav_cla_visit_date AS visit_date,
        cla_visits.clav_cla_visit_seen AS is_seen,
        cla_visits.clav_cla_visit_seen_alone AS is_seen_alone
    FROM staging.ssd_cla_visits AS cla_visits
)

SELECT
    visits.kind,
    visits.authority_code,
    visits.visit_id,
    visits.child_id,
    visits.visit_date,
    coalesce(visits.is_seen, false) AS is_seen,
    coalesce(visits.is_seen_alone, false) AS is_seen_alone,
    coalesce(modes.visit_mode, 'in_person') = 'in_person' AS is_in_person
FROM visits
LEFT JOIN modes USING (authority_code, visit_id)
