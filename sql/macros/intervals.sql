-- 95% intervals of counted figures: Wilson, exact and Byar for one, Newcombe and MOVER for a difference of two. Each is
-- a struct of lower and upper, for natural variation alone, as if children were independent; siblings are not, so that
-- intervals are rather narrow.
CREATE OR REPLACE MACRO normal_975() AS cast('1.959963984540054' AS DOUBLE);

CREATE OR REPLACE MACRO wilson_centre(share, denominator) AS
    (share + normal_975() ** 2 / (2 * denominator)) / (1 + normal_975() ** 2 / denominator);

CREATE OR REPLACE MACRO wilson_half(share, denominator) AS
    normal_975()
    * sqrt(share * (1 - share) / denominator + normal_975() ** 2 / (4 * denominator ** 2))
    / (1 + normal_975() ** 2 / denominator);

CREATE OR REPLACE MACRO wilson(numerator, denominator) AS {
    'lower': CASE
        WHEN numerator = 0 THEN 0
        ELSE wilson_centre(numerator / denominator, denominator) - wilson_half(numerator / denominator, denominator)
    END,
    'upper': CASE
        WHEN numerator = denominator THEN 1
        ELSE wilson_centre(numerator / denominator, denominator) + wilson_half(numerator / denominator, denominator)
    END
};

-- The exact limits of 0 to 9 events, as any table of the Poisson distribution has them; from 10 Byar's approximation.
CREATE OR REPLACE MACRO poisson_lower(events) AS
    CASE
        WHEN events < 10 THEN
            list_extract(
                cast([
                    0, 0.0253178079842899, 0.242209278543965, 0.618672122895601, 1.08986537362632,
                    1.62348639011842, 2.20189425349085, 2.81436305151987, 3.4538321767485, 4.11537309737833
                ] AS DOUBLE[]),
                cast(events AS INTEGER) + 1
            )
        ELSE events * (1 - 1 / (9 * events) - normal_975() / (3 * sqrt(events))) ** 3
    END;

CREATE OR REPLACE MACRO poisson_upper(events) AS
    CASE
        WHEN events < 10 THEN
            list_extract(
                cast([
                    3.68887945411394, 5.5716433909389, 7.22468766772396, 8.76727306974232, 10.2415886754037,
                    11.6683320793227, 13.0594740225187, 14.4226753617024, 15.7631892201933, 17.0848034514192
                ] AS DOUBLE[]),
                cast(events AS INTEGER) + 1
            )
        ELSE (events + 1) * (1 - 1 / (9 * (events + 1)) + normal_975() / (3 * sqrt(events + 1))) ** 3
    END;

-- Two limits of a difference from those of its two ends (MOVER); with Wilson's limits it is Newcombe's.
CREATE OR REPLACE MACRO difference_limits(figure, limits, base, base_limits) AS {
    'lower': figure - base - sqrt((figure - limits.lower) ** 2 + (base_limits.upper - base) ** 2),
    'upper': figure - base + sqrt((limits.upper - figure) ** 2 + (base - base_limits.lower) ** 2)
};

CREATE OR REPLACE MACRO newcombe(numerator, denominator, base_numerator, base_denominator) AS
    difference_limits(
        numerator / denominator,
        wilson(numerator, denominator),
        base_numerator / base_denominator,
        wilson(base_numerator, base_denominator)
    );

-- Of a rate where there is an exposure; a count's is 1.
CREATE OR REPLACE MACRO poisson(events, exposure) AS {
    'lower': poisson_lower(events) / exposure,
    'upper': poisson_upper(events) / exposure
};

CREATE OR REPLACE MACRO poisson_score(events, exposure) AS {
    'lower': (events + normal_975() ** 2 / 2 - normal_975() * sqrt(events + normal_975() ** 2 / 4)) / exposure,
    'upper': (events + normal_975() ** 2 / 2 + normal_975() * sqrt(events + normal_975() ** 2 / 4)) / exposure
};

CREATE OR REPLACE MACRO poisson_difference(events, exposure, base_events, base_exposure) AS
    difference_limits(
        events / exposure,
        poisson_score(events, exposure),
        base_events / base_exposure,
        poisson_score(base_events, base_exposure)
    );

-- Exact tests of two small figures: how probable is what was found, or anything less probable, if both were alike.
CREATE OR REPLACE MACRO ln_choose(size, taken) AS lgamma(size + 1) - lgamma(taken + 1) - lgamma(size - taken + 1);

CREATE OR REPLACE MACRO at_most_as_probable(probabilities, found) AS
    list_sum(list_filter(probabilities, lambda each: each <= found * 1.0000001));

CREATE OR REPLACE MACRO hypergeometric(events, size, base_size, all_events) AS
    exp(
        ln_choose(size, events)
        + ln_choose(base_size, all_events - events)
        - ln_choose(size + base_size, all_events)
    );

-- Fisher's test of two shares.
CREATE OR REPLACE MACRO fisher(numerator, denominator, base_numerator, base_denominator) AS
    at_most_as_probable(
        list_transform(
            range(
                cast(greatest(0, numerator + base_numerator - base_denominator) AS BIGINT),
                cast(least(denominator, numerator + base_numerator) AS BIGINT) + 1
            ),
            lambda each: hypergeometric(each, denominator, base_denominator, numerator + base_numerator)
        ),
        hypergeometric(numerator, denominator, base_denominator, numerator + base_numerator)
    );

CREATE OR REPLACE MACRO binomial(events, all_events, share) AS
    exp(ln_choose(all_events, events) + events * ln(share) + (all_events - events) * ln(1 - share));

-- Of two counts: given both together, how they fall to the one and the other.
CREATE OR REPLACE MACRO poisson_exact(events, exposure, base_events, base_exposure) AS
    at_most_as_probable(
        list_transform(
            range(0, cast(events + base_events AS BIGINT) + 1),
            lambda each: binomial(each, events + base_events, exposure / (exposure + base_exposure))
        ),
        binomial(events, events + base_events, exposure / (exposure + base_exposure))
    );

-- The fewest that would be expected in one of the four cells of two shares, and at one of the ends of two counts.
CREATE OR REPLACE MACRO fewest_in_a_cell(numerator, denominator, base_numerator, base_denominator) AS
    least(denominator, base_denominator)
    * least(numerator + base_numerator, denominator + base_denominator - numerator - base_numerator)
    / (denominator + base_denominator);

CREATE OR REPLACE MACRO fewest_at_an_end(events, exposure, base_events, base_exposure) AS
    (events + base_events) * least(exposure, base_exposure) / (exposure + base_exposure);
