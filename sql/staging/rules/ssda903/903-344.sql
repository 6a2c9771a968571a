SELECT leaver.line
FROM usable.ssda903_oc3 AS leaver
WHERE leaver.in_touch IN ('DIED', 'RHOM') AND (leaver.activ <> '0' OR leaver.accom <> '0')
