SELECT leaver.line
FROM usable.ssda903_oc3 AS leaver
WHERE leaver.in_touch = 'YES' AND (leaver.activ = '0' OR leaver.accom = '0')
