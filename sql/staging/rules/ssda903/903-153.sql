SELECT leaver.line
FROM usable.ssda903_oc3 AS leaver
WHERE list_count([leaver.in_touch, leaver.activ, leaver.accom]) NOT IN (0, 3)
