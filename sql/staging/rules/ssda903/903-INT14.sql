SELECT health.line
FROM usable.ssda903_oc2 AS health
INNER JOIN usable.ssda903_header AS header ON health.child = header.child
WHERE health.dob <> header.dob
