-- One row a placement's spell and stretch of time with one rule for visits in it: regulation 28, and of the Adoption
-- Agencies Regulations regulation 36, as far as the records show (docs/conventions.md). The rule of the day from which
-- an interval runs is the one that holds.
-- grain: spell_number, from_date
WITH spells AS (
    SELECT
        spell_number,
        authority_code,
        child_id,
        placement_type,
        is_for_adoption,
        start_date,
        cast(spell_start + INTERVAL 1 YEAR AS DATE) AS anniversary,
        end_date_or_open(end_date) AS end_date
    FROM warehouse.dim_spell
    WHERE kind = 'cla_visit'
),

care_plans AS (
    SELECT
        authority_code,
        child_id,
        start_date,
        end_date_or_open(end_date) AS end_date
    FROM core.care_plan
    WHERE is_meant_to_last AND start_date IS NOT NULL
),

held_reviews AS (
    SELECT
        periods.authority_code,
        periods.child_id,
        periods.start_date,
        end_date_or_open(periods.end_date) AS end_date,
        min(reviews.review_date) AS first_review
    FROM core.care_period AS periods
    INNER JOIN core.review AS reviews
        ON
            periods.authority_code = reviews.authority_code
            AND periods.child_id = reviews.child_id
            AND periods.start_date < reviews.review_date
            AND coalesce(periods.end_date, $as_of) >= reviews.review_date
    WHERE reviews.kind = 'cla_review' AND reviews.is_held AND reviews.review_date <= $as_of
    GROUP BY periods.authority_code, periods.child_id, periods.start_date, periods.end_date
),

reviewed AS (
    SELECT
        spells.spell_number,
        held_reviews.first_review
    FROM spells
    INNER JOIN held_reviews
        ON
            spells.authority_code = held_reviews.authority_code
            AND spells.child_id = held_reviews.child_id
            AND spells.start_date >= held_reviews.start_date
            AND spells.start_date < held_reviews.end_date
    WHERE spells.placement_type = 'P1'
    UNION ALL
    SELECT
        spells.spell_number,
        min(reviews.review_date) AS first_review
    FROM spells
    INNER JOIN core.review AS reviews
        ON
            spells.authority_code = reviews.authority_code
            AND spells.child_id = reviews.child_id
            AND spells.start_date < reviews.review_date
            AND spells.end_date >= reviews.review_date
    WHERE
        spells.is_for_adoption AND reviews.kind = 'cla_review' AND reviews.is_held AND reviews.review_date <= $as_of
    GROUP BY spells.spell_number
),

change_dates AS (
    SELECT
        spell_number,
        start_date AS from_date
    FROM spells
    UNION
    SELECT
        spell_number,
        anniversary AS from_date
    FROM spells
    WHERE anniversary > start_date
    UNION
    SELECT
        spells.spell_number,
        care_plans.start_date AS from_date
    FROM spells
    INNER JOIN care_plans
        ON
            spells.authority_code = care_plans.authority_code
            AND spells.child_id = care_plans.child_id
            AND spells.start_date < care_plans.start_date
    UNION
    SELECT
        spells.spell_number,
        care_plans.end_date AS from_date
    FROM spells
    INNER JOIN care_plans
        ON
            spells.authority_code = care_plans.authority_code
            AND spells.child_id = care_plans.child_id
            AND spells.start_date < care_plans.end_date
    UNION
    SELECT
        spells.spell_number,
        statuses.from_date
    FROM spells
    INNER JOIN core.child_legal_status AS statuses
        ON
            spells.authority_code = statuses.authority_code
            AND spells.child_id = statuses.child_id
            AND spells.start_date < statuses.from_date
    WHERE spells.placement_type = 'P1'
    UNION
    SELECT
        spells.spell_number,
        reviewed.first_review AS from_date
    FROM spells
    INNER JOIN reviewed
        ON
            spells.spell_number = reviewed.spell_number
            AND spells.start_date < reviewed.first_review
),

stretches AS (
    SELECT
        spells.*,
        change_dates.from_date
    FROM change_dates
    INNER JOIN spells
        ON
            change_dates.spell_number = spells.spell_number
            AND change_dates.from_date <= spells.end_date
),

lasting AS (
    SELECT DISTINCT
        stretches.spell_number,
        stretches.from_date
    FROM stretches
    INNER JOIN care_plans
        ON
            stretches.authority_code = care_plans.authority_code
            AND stretches.child_id = care_plans.child_id
            AND stretches.from_date >= care_plans.start_date
            AND stretches.from_date < care_plans.end_date
),

ruled AS (
    SELECT
        stretches.spell_number,
        stretches.from_date,
        CASE
            WHEN stretches.is_for_adoption
                THEN
                    CASE
                        WHEN reviewed.first_review <= stretches.from_date THEN 'adoption_visit_reviewed'
                        ELSE 'adoption_visit'
                    END
            WHEN stretches.placement_type = 'P1' AND statuses.legal_status = 'C1'
                THEN
                    CASE
                        WHEN reviewed.first_review <= stretches.from_date THEN 'cla_visit_interim_order'
                        ELSE 'cla_visit_interim_order_unreviewed'
                    END
            WHEN stretches.placement_type = 'P1' OR stretches.from_date < stretches.anniversary THEN 'cla_visit'
            WHEN stretches.placement_type IN ('U1', 'U4') THEN 'cla_visit_lasting'
            WHEN lasting.spell_number IS NOT NULL THEN 'cla_visit_lasting'
            ELSE 'cla_visit'
        END AS timescale_id
    FROM stretches
    ASOF LEFT JOIN core.child_legal_status AS statuses
        ON
            stretches.authority_code = statuses.authority_code
            AND stretches.child_id = statuses.child_id
            AND stretches.from_date >= statuses.from_date
    LEFT JOIN lasting
        ON
            stretches.spell_number = lasting.spell_number
            AND stretches.from_date = lasting.from_date
    LEFT JOIN reviewed ON stretches.spell_number = reviewed.spell_number
)

SELECT
    spell_number,
    from_date,
    end_date_or_open(lead(from_date) OVER (PARTITION BY spell_number ORDER BY from_date)) AS until_date,
    timescale_id
FROM ruled
