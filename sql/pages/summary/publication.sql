-- The approval by which the snapshot was published; no row where the gate was open.
SELECT
    conditions_not_met,
    approved_by,
    approved_at,
    reason
FROM publication
WHERE verdict = 'approved'
