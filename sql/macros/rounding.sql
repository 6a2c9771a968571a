-- A figure as it is published, rounded half up to one decimal place; in whole numbers up to the last division, as
-- most tenths have no binary fraction.
CREATE OR REPLACE MACRO in_hundredths(figure) AS cast(100 * cast(figure AS DECIMAL(18, 2)) AS HUGEINT);

CREATE OR REPLACE MACRO published_ratio(numerator, denominator, scale) AS
    (
        (20 * scale * in_hundredths(numerator) + in_hundredths(denominator))
        // nullif(2 * in_hundredths(denominator), 0)
    ) / 10;

-- 100 only where nothing is missing, 0 only where nothing is there.
CREATE OR REPLACE MACRO published_percent(numerator, denominator) AS
    CASE
        WHEN numerator < denominator AND published_ratio(numerator, denominator, 100) = 100 THEN 99.9
        WHEN numerator > 0 AND published_ratio(numerator, denominator, 100) = 0 THEN 0.1
        ELSE published_ratio(numerator, denominator, 100)
    END;

CREATE OR REPLACE MACRO published_rate(numerator, denominator, scale) AS
    CASE scale
        WHEN 100 THEN published_percent(numerator, denominator)
        ELSE published_ratio(numerator, denominator, scale)
    END;
