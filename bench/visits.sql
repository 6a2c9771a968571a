-- Twenty visits a plan, one plan a child, a visit every ten days or so; 5% of the children not seen.
SELECT
    concat('CV', lpad(cast(n AS VARCHAR), 9, '0')) AS cppv_cp_visit_id,
    concat('C', lpad(cast(n // 20 AS VARCHAR), 8, '0')) AS cppv_person_id,
    concat('CP', lpad(cast(n // 20 AS VARCHAR), 8, '0')) AS cppv_cp_plan_id,
    strftime(
        DATE '2018-01-01' + cast((n // 20) % 900 + n % 20 * 10 + hash(n) % 5 AS INTEGER), '%Y-%m-%d 00:00:00'
    ) AS cppv_cp_visit_date,
    CASE WHEN hash(n, 'seen') % 20 = 0 THEN 'N' ELSE 'Y' END AS cppv_cp_visit_seen,
    CASE WHEN hash(n, 'alone') % 3 = 0 THEN 'N' ELSE 'Y' END AS cppv_cp_visit_seen_alone,
    CASE WHEN hash(n, 'bedroom') % 5 = 0 THEN 'N' WHEN hash(n, 'bedroom') % 5 < 4 THEN 'Y' END
        AS cppv_cp_visit_bedroom
FROM range(cast(getvariable('visits') AS BIGINT)) AS visits (n)
