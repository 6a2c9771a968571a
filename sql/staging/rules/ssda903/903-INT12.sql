SELECT decision.line
FROM usable.ssda903_placed_adoption AS decision
INNER JOIN usable.ssda903_header AS header ON decision.child = header.child
WHERE decision.dob <> header.dob
