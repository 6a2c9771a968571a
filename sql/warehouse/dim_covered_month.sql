-- The months for which an authority delivered anything: those at whose end its stocks are counted.
WITH delivered AS (
    SELECT
        authority_code,
        first_month,
        last_month
    FROM staging.delivered_table
),

months AS (
    SELECT
        reporting_month,
        month_end
    FROM warehouse.dim_month
)

SELECT DISTINCT
    delivered.authority_code,
    months.reporting_month,
    months.month_end
FROM delivered
INNER JOIN months ON months.reporting_month BETWEEN delivered.first_month AND delivered.last_month
