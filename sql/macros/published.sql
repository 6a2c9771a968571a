-- What published tables say beside a key, for whoever draws or filters by it.
CREATE OR REPLACE MACRO month_end_of(reporting_month) AS last_day(cast(concat(reporting_month, '-01') AS DATE));

CREATE OR REPLACE MACRO level_of(team_code) AS CASE WHEN team_code IS NULL THEN 'authority' ELSE 'team' END;
