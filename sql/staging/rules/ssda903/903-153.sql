-- What was given and cannot be read is no blank: another rule finds it.
SELECT leaver.line
FROM usable.ssda903_oc3 AS leaver
WHERE
    list_count([leaver.in_touch__readable, leaver.activ__readable, leaver.accom__readable]) NOT IN (0, 3)
