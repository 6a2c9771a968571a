SELECT absence.line
FROM usable.ssda903_missing AS absence
INNER JOIN usable.ssda903_missing AS earlier ON absence.child = earlier.child
WHERE
    (earlier.mis_start, earlier.line) < (absence.mis_start, absence.line)
    AND absence.mis_start < end_date_or_open(earlier.mis_end)
GROUP BY absence.line
