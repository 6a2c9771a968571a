-- One row a condition of the gate that would hold the month.
SELECT
    gate.condition,
    gate.sentence,
    gate.detail
FROM snapshots.gate AS gate
WHERE NOT gate.holds
ORDER BY gate.condition
