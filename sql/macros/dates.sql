-- The last day of all for what has not ended.
CREATE OR REPLACE MACRO end_date_or_open(end_date) AS coalesce(end_date, DATE '9999-12-31');

-- The day on which somebody is so many years old: born on 29 February, on 1 March where the year has no 29th.
CREATE OR REPLACE MACRO birthday(birth_date, years) AS
cast(birth_date + to_years(years) AS DATE) + cast(day(birth_date + to_years(years)) < day(birth_date) AS INTEGER);
