-- One row a child and kind of visit: the latest at which the child was seen.
WITH visits AS (
    SELECT
        'cin' AS kind,
        cinv_person_id AS child_id,
        cinv_cin_visit_date AS visit_date,
        cinv_cin_visit_seen_alone AS is_seen_alone
    FROM export.ssd_cin_visits
    WHERE cinv_cin_visit_seen
    UNION ALL
    SELECT
        'cp' AS kind,
        cppv_person_id AS child_id,
        cppv_cp_visit_date AS visit_date,
        cppv_cp_visit_seen_alone AS is_seen_alone
    FROM export.ssd_cp_visits
    WHERE cppv_cp_visit_seen
    UNION ALL
    SELECT
        'cla' AS kind,
        clav_person_id AS child_id,
        clav_cla_visit_date AS visit_date,
        clav_cla_visit_seen_alone AS is_seen_alone
    FROM export.ssd_cla_visits
    WHERE clav_cla_visit_seen
)

SELECT
    kind,
    child_id,
    max(visit_date) AS visit_date,
    arg_max(is_seen_alone, (visit_date, is_seen_alone)) AS is_seen_alone
FROM visits
GROUP BY kind, child_id
