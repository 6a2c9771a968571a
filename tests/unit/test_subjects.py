"""What a KPI requires, as tables: subjects of one source together, and each source an alternative to the others."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import yaml

from pipelines.contracts.kpis import SUBJECTS, BadRegister, load_register
from pipelines.contracts.subjects import NoSource, UnknownSubject, requirements_of
from pipelines.settings import PROJECT
from tests.warehouse_input import copy_of_the_project

if TYPE_CHECKING:
    from pathlib import Path

GIVEN = {
    "plan": {"export": ("plans",), "census": ("census_plans",), "list": ("listed",)},
    "review": {"export": ("reviews",), "census": ("census_reviews",)},
    "date of birth": {"export": ("people",), "list": ("listed", "listed.born")},
    "visit": {"export": ("visits",)},
    "budget": {"ledger": ("budgets",)},
}


@pytest.mark.parametrize(
    ("required", "needs"),
    [
        (["visit"], [(("visits",),)]),
        (["plan"], [(("plans",), ("census_plans",), ("listed",))]),
        (["plan", "review"], [(("plans", "reviews"), ("census_plans", "census_reviews"))]),
        (["review", "date of birth", "plan"], [(("reviews",),), (("people",),), (("plans",),)]),
        (["plan", "date of birth"], [(("plans", "people"), ("listed", "listed.born"))]),
        (["plan", "visit"], [(("plans",),), (("visits",),)]),
        (["budget", "plan"], [(("budgets",),), (("plans",), ("census_plans",), ("listed",))]),
    ],
)
def test_subjects_of_a_source_are_taken_from_it_together(
    required: list[str], needs: list[tuple[tuple[str, ...], ...]]
) -> None:
    assert requirements_of(required, GIVEN) == needs


def test_what_every_alternative_has_is_a_requirement_of_its_own() -> None:
    given = {"answer": {"each": ("asked", "answers"), "together": ("asked", "summary")}}
    assert requirements_of(["answer"], given) == [(("asked",),), (("answers",), ("summary",))]


def test_what_no_source_gives_together_is_refused() -> None:
    given = {"plan": {"one": ("a",), "other": ("b",)}, "visit": {"one": ("c",)}, "review": {"other": ("d",)}}
    with pytest.raises(NoSource, match="no source gives plan and visit and review"):
        requirements_of(["plan", "visit", "review"], given)


def test_an_unknown_subject_is_named() -> None:
    with pytest.raises(UnknownSubject, match="there is no subject 'visti'"):
        requirements_of(["plan", "visti"], GIVEN)


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (("requires: [child protection plan]", "requires: [child protection plans]"), r"cpp_count\.yaml.*no subject"),
        (("requires: [child protection plan]", "requires: [child protection plan, post]"), None),
        (("requires: [child protection plan]", "requires: []"), r"cpp_count\.yaml, line \d+: requires"),
    ],
)
def test_a_kpi_that_requires_something_else_is_refused(
    tmp_path: Path, change: tuple[str, str], sentence: str | None
) -> None:
    path = copy_of_the_project(tmp_path) / "sql/kpis/cpp_count.yaml"
    text = path.read_text(encoding="utf-8")
    assert change[0] in text
    path.write_text(text.replace(*change), encoding="utf-8")
    if sentence is None:
        assert {kpi.kpi_id: len(kpi.needs) for kpi in load_register(path.parent)}["cpp_count"] == 2
    else:
        with pytest.raises(BadRegister, match=sentence):
            load_register(path.parent)


def test_a_slip_in_the_subjects_is_named(tmp_path: Path) -> None:
    path = copy_of_the_project(tmp_path) / "sql/kpis" / SUBJECTS
    path.write_text("assessment: {ssd: []}\n", encoding="utf-8")
    with pytest.raises(BadRegister, match=r"subjects\.yaml, line 1: assessment\.ssd"):
        load_register(path.parent)


def test_every_subject_is_required_by_a_kpi() -> None:
    subjects = yaml.safe_load((PROJECT / "sql/kpis" / SUBJECTS).read_text(encoding="utf-8"))
    required = {name for kpi in load_register(PROJECT / "sql/kpis") for name in kpi.requires}
    assert subjects.keys() == required
    assert list(subjects) == sorted(subjects)
