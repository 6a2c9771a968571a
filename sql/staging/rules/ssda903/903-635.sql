SELECT permanence.line
FROM usable.ssda903_prev_perm AS permanence
WHERE permanence.prev_perm = 'Z1' AND (permanence.la_perm IS NOT NULL OR permanence.date_perm IS NOT NULL)
