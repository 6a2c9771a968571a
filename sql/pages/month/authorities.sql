-- The authorities that delivered anything up to the month.
SELECT DISTINCT authority_code
FROM snapshots.delivery
ORDER BY authority_code
