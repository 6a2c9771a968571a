"""The social work health check: who answered, what each standard scores, and how it is rated."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

import pytest

from tests.staged_input import day
from tests.warehouse_input import AUTHORITY, FIGURES, MONTH, authority_of, built, figure

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    import duckdb

    from tests.staged_input import Rows

KPIS = ("survey_response_rate",)
WINDOWS = "snapshots.kpi_window"
SCORES = ("snapshots.survey_item", "snapshots.survey_score")
DELIVERY = f"{AUTHORITY}/survey/{MONTH}"
INVITED: Rows = [{"survey_date": day("2020-12-18"), "invited": 8}]


def question(question_id: str, standard_id: str | None, reverse: bool | None = False, points: int | None = 5) -> Any:
    return {"question_id": question_id, "standard_id": standard_id, "reverse": reverse, "points": points}


def responses(question_answers: Mapping[str, list[int | None]]) -> Rows:
    """Respondents, one a place in the lists; None is no answer."""
    rows = zip(*question_answers.values(), strict=True)
    return [
        {
            "respondent_id": f"r{number}",
            "answers": [
                {"question_id": question_id, "answer": answer}
                for question_id, answer in zip(question_answers, row, strict=True)
                if answer is not None
            ],
        }
        for number, row in enumerate(rows)
    ]


def summary(scores: Mapping[str, float | None], **others: Any) -> Rows:
    """Summary rows with the same figure for each geography unless said otherwise."""
    return [
        {"standard": name, "council": score, "region": score, "nation": score} | others
        for name, score in scores.items()
    ]


def score(
    warehouse: duckdb.DuckDBPyConnection,
    standard: str,
    geography: str = "council",
    columns: str = "score, rag",
    authority: str = AUTHORITY,
) -> Any:
    found = warehouse.execute(
        f"SELECT {columns} FROM snapshots.survey_score WHERE standard_id = ? AND geography = ? AND authority_code = ?",
        [standard, geography, authority],
    ).fetchall()
    assert len(found) <= 1
    return found[0] if found else None


TENSIONS = {None: "red", True: "red", False: "green"}
# The points of fifty answers to one question, whether it is reverse, and what is shown of it.
WATCHED = {
    "60.0": (120, False, (60, True)),
    "60.5 is 61": (121, False, (61, False)),
    "59.0": (118, False, (59, True)),
    "reverse": (118, True, (59, False)),
}
MARGINS = {
    "four of eight": (8, 23.9),
    "all four": (4, 0.0),
    "not known": (None, None),
    "more than were invited": (3, None),
}


def of_one(answers: list[int | None], standard: str = "standard_1", reverse: bool | None = False) -> dict[str, Rows]:
    """What a survey of one question delivers."""
    return {
        "survey_responses": responses({"one": answers}),
        "survey_questions": [question("one", standard, reverse=reverse)],
    }


def fifty(points: int) -> list[int | None]:
    whole, more = divmod(points, 50)
    return [1 + whole + (number < more) for number in range(50)]


def invited(number: int | None) -> dict[str, Rows]:
    return {} if number is None else {"survey_invited": [{"survey_date": day("2020-12-18"), "invited": number}]}


# Small surveys, each of a council of its own, all of them through one build.
SMALL: dict[str, dict[str, Rows]] = {
    **{f"tensions {marked}": of_one([5, 4], "tensions", marked) for marked in TENSIONS},
    **{name: of_one(fifty(points), reverse=reverse) for name, (points, reverse, _) in WATCHED.items()},
    **{name: of_one([2, 3, 4, 5]) | invited(number) for name, (number, _) in MARGINS.items()},
    "half": of_one([*[4] * 49, 3]),
    "order": {
        **of_one([5]),
        "survey_comparators": [{"standard_id": "standard_1", "geography": "region", "score": 60, "respondents": 9}],
        "survey_summary": summary({"standard_1": 10, "standard_2": 20}),
    },
    "without": {
        "survey_summary": [
            {"standard": "overall_satisfaction", "council": 80, "region": 68, "nation": 74},
            {"standard": "standard_6", "council": 70, "region": 63, "nation": 69},
            {"standard": "tensions", "council": 100, "region": 1, "nation": None},
            {"standard": "respondents", "council": 67, "region": 412, "nation": 67},
        ],
    },
}
CODES = {name: authority_of(SMALL, name) for name in SMALL}


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Iterator[duckdb.DuckDBPyConnection]:
    deliveries = {f"{CODES[name]}/survey/{MONTH}": tables for name, tables in SMALL.items()}
    with built(tmp_path_factory.mktemp("small"), deliveries, of=SCORES, kpis=KPIS) as warehouse:
        yield warehouse


@pytest.fixture(scope="module")
def answered(tmp_path_factory: pytest.TempPathFactory) -> Iterator[duckdb.DuckDBPyConnection]:
    """One survey in which every standard has something of its own."""
    registry = [
        question("even", "standard_1"),
        question("uneven", "standard_1"),
        question("two_thirds_a", "standard_2", points=4),
        question("two_thirds_b", "standard_2", points=4),
        question("two_thirds_c", "standard_2", points=4),
        question("full", "standard_2", points=4),
        question("third_a", "standard_3", points=4),
        question("third_b", "standard_3", points=4),
        question("third_c", "standard_3", points=4),
        question("full_too", "standard_3", points=4),
        question("plain", "standard_4"),
        question("reversed", "standard_4", reverse=True),
        question("pressure", "tensions", reverse=True),
        question("no_scale", "standard_5", points=None),
        question("one_point", "standard_6", points=1),
        question("too_high", "standard_7"),
        question("nobody", "standard_8"),
        question("spare", "unassigned"),
        question("spare_too", None),
        question("not_said", "covid", reverse=None),
        question("both_a", "desire_to_stay", reverse=True),
        question("both_b", "desire_to_stay", reverse=True),
    ]
    answers: dict[str, list[int | None]] = {
        "even": [5, 5, 1, 1, None],
        "uneven": [4, None, None, None, None],
        "two_thirds_a": [3, 3, 3, 3, None],
        "two_thirds_b": [3, 3, 3, 3, None],
        "two_thirds_c": [3, 3, 3, 3, None],
        "full": [4, 4, 4, 4, None],
        "third_a": [2, 2, 2, 2, None],
        "third_b": [2, 2, 2, 2, None],
        "third_c": [2, 2, 2, 2, None],
        "full_too": [4, 4, 4, 4, None],
        "plain": [4, 4, 4, 4, None],
        "reversed": [2, 2, 2, 1, None],
        "pressure": [5, 5, 5, 4, None],
        "no_scale": [3, 3, 3, 3, None],
        "one_point": [1, 1, 1, 1, None],
        "too_high": [6, 0, 5, None, None],
        "nobody": [None] * 5,
        "spare": [1, 1, 1, 1, None],
        "spare_too": [1, 1, 1, 1, None],
        "stranger": [1, 1, 1, 1, None],
        "not_said": [5, 5, 5, 5, None],
        "both_a": [2, 2, 2, 2, None],
        "both_b": [3, 3, 3, 3, None],
    }
    tables = {
        "survey_responses": responses(answers),
        "survey_questions": registry,
        "survey_invited": INVITED,
        "survey_comparators": [
            {"standard_id": "standard_1", "geography": "region", "score": 74, "respondents": 412},
            {"standard_id": "standard_1", "geography": "nation", "score": 75, "respondents": 3227},
            {"standard_id": "tensions", "geography": "region", "score": 75, "respondents": 412},
            {"standard_id": "standard_2", "geography": "region", "score": 60, "respondents": 412},
            {"standard_id": "standard_2", "geography": "region", "score": 70, "respondents": 412},
        ],
    }
    asked = (*FIGURES, *SCORES, "warehouse.fct_survey_answer")
    with built(tmp_path_factory.mktemp("survey"), {DELIVERY: tables}, of=asked, kpis=KPIS) as warehouse:
        yield warehouse


def test_a_standard_is_the_mean_of_its_questions_means(answered: duckdb.DuckDBPyConnection) -> None:
    assert score(answered, "standard_1", columns="score, respondents, questions, basis") == (62.5, 4, 2, "responses")


def test_thirds_add_up_to_whole_numbers(answered: duckdb.DuckDBPyConnection) -> None:
    assert score(answered, "standard_2", columns="score, rounded_score, rag") == (75.0, 75, "green")
    assert score(answered, "standard_3", columns="score, rounded_score, rag") == (50.0, 50, "red")


def test_a_reverse_question_among_others_counts_as_100_less_its_score(answered: duckdb.DuckDBPyConnection) -> None:
    # 75 of the plain one; 100 - 18.75 of the reversed one
    assert score(answered, "standard_4", columns="score, is_reverse") == (78.125, False)


def test_a_standard_of_reverse_questions_keeps_agreement_and_inverts_the_bands(
    answered: duckdb.DuckDBPyConnection,
) -> None:
    assert score(answered, "tensions", columns="score, is_reverse, rag") == (93.75, True, "red")
    assert score(answered, "desire_to_stay", columns="score, is_reverse, rag") == (37.5, True, "green")
    assert score(answered, "tensions", "region") == (75.0, "amber")


def test_a_question_not_marked_is_not_reverse(answered: duckdb.DuckDBPyConnection) -> None:
    assert score(answered, "covid", columns="score, is_reverse, rag") == (100.0, False, "green")


@pytest.mark.parametrize(("marked", "rag"), TENSIONS.items())
def test_a_question_of_tensions_is_reverse_unless_it_says_otherwise(
    small: duckdb.DuckDBPyConnection, marked: bool | None, rag: str
) -> None:
    assert score(small, "tensions", authority=CODES[f"tensions {marked}"]) == (87.5, rag)


def test_answers_off_the_scale_count_for_nothing(answered: duckdb.DuckDBPyConnection) -> None:
    assert score(answered, "standard_7", columns="score, respondents") == (100.0, 1)


@pytest.mark.parametrize("standard", ["standard_5", "standard_6", "standard_8", "unassigned"])
def test_nothing_is_made_of_nothing(answered: duckdb.DuckDBPyConnection, standard: str) -> None:
    assert score(answered, standard) is None


def test_every_answer_that_does_not_count_says_why(answered: duckdb.DuckDBPyConnection) -> None:
    found = answered.sql(
        "SELECT excluded_because, count(*) FROM warehouse.fct_survey_answer "
        "WHERE excluded_because IS NOT NULL GROUP BY ALL ORDER BY ALL"
    ).fetchall()
    assert found == [
        ("in no standard", 8),
        ("no usable scale", 8),
        ("not on the scale", 2),
        ("question not in the registry", 4),
    ]


def test_every_question_has_its_score_in_a_standard_or_in_none(answered: duckdb.DuckDBPyConnection) -> None:
    found = answered.sql(
        "SELECT standard_id, standard_name, rounded_score, is_reverse, answers, is_watched FROM snapshots.survey_item "
        "WHERE question_id IN ('plain', 'pressure', 'spare', 'two_thirds_a', 'nobody') ORDER BY question_id"
    ).fetchall()
    assert found == [
        ("standard_4", "Well-being", 75, False, 4, False),
        ("tensions", "Tensions", 94, True, 4, False),
        ("unassigned", None, 0, False, 4, True),
        ("standard_2", "Effective workforce planning systems", 67, False, 4, False),
    ]


@pytest.mark.parametrize("name", WATCHED)
def test_a_question_of_60_or_less_is_to_be_watched(small: duckdb.DuckDBPyConnection, name: str) -> None:
    found = small.execute(
        "SELECT rounded_score, is_watched FROM snapshots.survey_item WHERE authority_code = ?", [CODES[name]]
    ).fetchall()
    assert found == [WATCHED[name][2]]


@pytest.mark.parametrize("name", MARGINS)
def test_a_score_has_the_margin_of_those_who_answered_among_all_invited(
    small: duckdb.DuckDBPyConnection, name: str
) -> None:
    """Scores of 25, 50, 75 and 100: a spread of 32.275, 1.96 of it over the root of four, times the root of 4/7."""
    found = small.execute(
        "SELECT margin FROM snapshots.survey_score WHERE authority_code = ?", [CODES[name]]
    ).fetchall()
    assert found == [(MARGINS[name][1],)]


def test_comparators_stand_beside_the_council(answered: duckdb.DuckDBPyConnection) -> None:
    assert score(answered, "standard_1", "region", "score, rag, respondents") == (74.0, "amber", 412)
    assert score(answered, "standard_1", "nation", "score, rag, respondents") == (75.0, "green", 3227)


def test_comparators_that_contradict_each_other_give_no_score(answered: duckdb.DuckDBPyConnection) -> None:
    assert score(answered, "standard_2", "region") == (None, "not rated")


def test_a_blank_return_is_no_response(answered: duckdb.DuckDBPyConnection) -> None:
    assert figure(answered, "survey_response_rate") == (4, 8)


def test_the_survey_has_its_own_date(answered: duckdb.DuckDBPyConnection) -> None:
    assert score(answered, "standard_1", columns="survey_date, reporting_month") == (dt.date(2020, 12, 18), MONTH)


BANDS = {
    "standard_1": (0, 0, "red"),
    "standard_2": (50, 50, "red"),
    "standard_3": (50.4999, 50, "red"),
    "standard_4": (50.5, 51, "amber"),
    "standard_5": (51, 51, "amber"),
    "standard_6": (74, 74, "amber"),
    "standard_7": (74.4999, 74, "amber"),
    "standard_8": (74.5, 75, "green"),
    "employee_contribution": (75, 75, "green"),
    "covid": (100, 100, "green"),
    "overall_satisfaction": (100.5, 101, "not rated"),
}
INVERTED = {
    "E06000001": (0, 0, "green"),
    "E06000002": (50, 50, "green"),
    "E06000003": (50.5, 51, "amber"),
    "E06000004": (51, 51, "amber"),
    "E06000005": (75, 75, "amber"),
    "E06000006": (75.4999, 75, "amber"),
    "E06000007": (75.5, 76, "red"),
    "E06000008": (84, 84, "red"),
}


@pytest.fixture(scope="module")
def surveyed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[duckdb.DuckDBPyConnection]:
    """Councils that have only the summary they were given back."""
    whole = summary({name: given for name, (given, *_) in BANDS.items()}) + summary({"desire_to_stay": None})
    respondents = [{"standard": "respondents", "council": 67, "region": 412, "nation": 3227}]
    deliveries: dict[str, dict[str, Rows]] = {
        DELIVERY: {"survey_summary": whole + respondents, "survey_invited": [{"invited": 162}]}
    }
    for authority, (given, *_) in INVERTED.items():
        deliveries[f"{authority}/survey/{MONTH}"] = {"survey_summary": summary({"tensions": given})}
    with built(tmp_path_factory.mktemp("summary"), deliveries, of=(*FIGURES, *SCORES, WINDOWS)) as warehouse:
        yield warehouse


@pytest.mark.parametrize("standard", BANDS)
def test_bands_are_of_scores_rounded_half_up(surveyed: duckdb.DuckDBPyConnection, standard: str) -> None:
    for geography in ("council", "region", "nation"):
        assert score(surveyed, standard, geography, "score, rounded_score, rag") == BANDS[standard]


@pytest.mark.parametrize("authority", INVERTED)
def test_bands_of_a_reverse_standard_are_inverted(surveyed: duckdb.DuckDBPyConnection, authority: str) -> None:
    found = surveyed.execute(
        "SELECT score, rounded_score, rag FROM snapshots.survey_score "
        "WHERE authority_code = ? AND standard_id = 'tensions' AND geography = 'council'",
        [authority],
    ).fetchall()
    assert found == [INVERTED[authority]]


def test_a_summary_gives_scores_respondents_and_the_response_rate(surveyed: duckdb.DuckDBPyConnection) -> None:
    assert score(surveyed, "standard_1", columns="respondents, basis, survey_date") == (
        67,
        "summary",
        dt.date(2021, 2, 28),
    )
    assert score(surveyed, "standard_1", "nation", "respondents, questions") == (3227, None)
    assert figure(surveyed, "survey_response_rate") == (67, 162)
    assert score(surveyed, "desire_to_stay") is None


def test_without_the_number_invited_there_is_no_response_rate(surveyed: duckdb.DuckDBPyConnection) -> None:
    found = surveyed.sql("SELECT authority_code FROM snapshots.kpi_month").fetchall()
    assert found == [(AUTHORITY,)]


def test_a_survey_alone_has_no_other_kpi_no_team_and_no_window(surveyed: duckdb.DuckDBPyConnection) -> None:
    found = surveyed.sql("SELECT kpi_id, team_code, reporting_month FROM snapshots.kpi_month").fetchall()
    assert found == [("survey_response_rate", None, MONTH)]
    windows = surveyed.sql("SELECT kpi_id, team_code, window_months FROM snapshots.kpi_window").fetchall()
    assert windows == [("survey_response_rate", None, 1)]


INVITATIONS: dict[str, tuple[Rows, str | None]] = {
    "as many": ([{"invited": 2}], None),
    "fewer": ([{"invited": 1}], "more respondents than invited"),
    "two numbers": ([{"invited": 2}, {"invited": 3}], "number invited not known"),
    "one number twice": ([{"invited": 2}, {"invited": 2}], None),
}


def test_a_rate_that_cannot_be_right_is_null(tmp_path: Path) -> None:
    deliveries = {
        f"{authority_of(INVITATIONS, name)}/survey/{MONTH}": {
            "survey_responses": responses({"q": [1, 2]}),
            "survey_questions": [question("q", "standard_1")],
            "survey_invited": invited,
        }
        for name, (invited, _) in INVITATIONS.items()
    }
    with built(tmp_path, deliveries, of=(*FIGURES, "warehouse.fct_survey_wave"), kpis=KPIS) as warehouse:
        reasons = warehouse.sql(
            "SELECT excluded_because FROM warehouse.fct_survey_wave ORDER BY authority_code"
        ).fetchall()
        assert reasons == [(reason,) for _, reason in INVITATIONS.values()]
        for name, (_, reason) in INVITATIONS.items():
            found = figure(warehouse, "survey_response_rate", authority=authority_of(INVITATIONS, name))
            assert found == ((2, 2) if reason is None else (0, 0))


def test_half_marks_from_answers_round_up(small: duckdb.DuckDBPyConnection) -> None:
    found = score(small, "standard_1", columns="score, rounded_score, rag", authority=CODES["half"])
    assert found == (74.5, 75, "green")


def test_answers_come_before_a_summary_and_comparators_before_it_too(small: duckdb.DuckDBPyConnection) -> None:
    found = small.execute(
        "SELECT standard_id, geography, score, basis FROM snapshots.survey_score WHERE authority_code = ? ORDER BY ALL",
        [CODES["order"]],
    ).fetchall()
    assert found == [
        ("standard_1", "council", 100.0, "responses"),
        ("standard_1", "nation", 10.0, "summary"),
        ("standard_1", "region", 60.0, "comparators"),
        ("standard_2", "council", 20.0, "summary"),
        ("standard_2", "nation", 20.0, "summary"),
        ("standard_2", "region", 20.0, "summary"),
    ]


def test_a_comparator_is_also_given_without_the_council(small: duckdb.DuckDBPyConnection) -> None:
    code = CODES["without"]
    assert score(small, "overall_satisfaction", "region", "round(without_score, 1)", code) == (65.7,)
    assert score(small, "standard_6", "region", "round(without_score, 1)", code) == (61.6,)
    assert score(small, "tensions", "region", "without_score", code) == (None,)
    for geography in ("council", "nation"):
        assert score(small, "overall_satisfaction", geography, "without_score", code) == (None,)


def test_each_survey_stays_in_its_own_month(tmp_path: Path) -> None:
    deliveries = {
        f"{AUTHORITY}/survey/{month}": {
            "survey_responses": responses({"q": [answer]}),
            "survey_questions": [question("q", "standard_1")],
            "survey_invited": [{"invited": 4}],
        }
        for month, answer in (("2020-02", 1), ("2021-01", 5), ("2021-03", 2))
    }
    with built(tmp_path, deliveries, of=(*FIGURES, *SCORES), kpis=KPIS) as warehouse:
        found = warehouse.sql("SELECT reporting_month, score FROM snapshots.survey_score ORDER BY ALL").fetchall()
        assert found == [("2020-02", 0.0), ("2021-01", 100.0)]
        assert figure(warehouse, "survey_response_rate", "2021-01") == (1, 4)
        assert figure(warehouse, "survey_response_rate", "2021-02") is None
