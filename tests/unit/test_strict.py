"""Whatever people write in YAML is read strictly, and a slip is reported in one sentence: file, line and key."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from pipelines.contracts import odcs, strict
from pipelines.contracts.kpis import BadRegister, KpiFile, load_register
from pipelines.contracts.loading import load_contract, load_sources
from pipelines.contracts.model import BadContract
from pipelines.contracts.published import BadPublishedContract, load_published
from pipelines.deliveries import Delivery
from pipelines.settings import PROJECT
from pipelines.staging.corrections import load_corrections
from tests.warehouse_input import copy_of_the_project

if TYPE_CHECKING:
    from pathlib import Path

CONTRACT = "expectations/sources/ssd/cin_episodes.yaml"
PUBLISHED = "expectations/snapshots/kpi.yaml"
KPI = "sql/kpis/cpp_count.yaml"
SOURCE = "expectations/sources/ssd/source.yaml"
LOADERS = {
    CONTRACT: (lambda path: load_contract(path, "ssd"), BadContract),
    SOURCE: (lambda path: load_sources(path.parents[2]), BadContract),
    PUBLISHED: (lambda path: load_published(path.parent), BadPublishedContract),
    KPI: (lambda path: load_register(path.parent), BadRegister),
}


def spoilt(folder: Path, name: str, old: str, new: str) -> tuple[str, int]:
    """What is said of a file in which one text is another, and the line in which that is."""
    path = copy_of_the_project(folder) / name
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    load, error = LOADERS[name]
    with pytest.raises(error) as bad:
        load(path)
    return str(bad.value), text[: text.index(old)].count("\n") + 1


@pytest.mark.parametrize(
    ("name", "old", "new", "key"),
    [
        (CONTRACT, "kind: DataContract", "knid: DataContract", "knid"),
        (CONTRACT, "\n  dataGranularityDescription", "\n  granularity", r"schema\[0\]\.granularity"),
        (
            CONTRACT,
            "classification: pseudonymised",
            "clasification: pseudonymised",
            r"schema\[0\]\.properties\[0\]\..*",
        ),
        (CONTRACT, "property: eventDate,", "property: eventdate,", r"schema\[0\]\.customProperties\.eventdate"),
        (CONTRACT, "property: pseudonym,", "property: pseudonim,", r".*\.pseudonim"),
        (CONTRACT, "{property: pseudonym,", "{proprety: pseudonym,", r".*\.customProperties\[0\]\.proprety"),
        (CONTRACT, "validValues:", "values:", r".*\.arguments\.values"),
        (CONTRACT, "property: consequence,", "property: consequences,", r".*\.consequences"),
        (CONTRACT, "kwargs:", "arguments:", r".*\.implementation\.arguments"),
        (SOURCE, "covers_from:", "covers_form:", "covers_form"),
        (PUBLISHED, "physicalType: VARCHAR", "physicaltype: VARCHAR", r".*\.properties\[0\]\.physicaltype"),
        (PUBLISHED, "property: editions", "property: edition", r".*\.edition"),
        (KPI, "measure:", "meassure:", "meassure"),
        (KPI, "title:", "kpi_id:", "kpi_id"),
    ],
)
def test_a_misspelt_key_is_named_with_file_and_line(tmp_path: Path, name: str, old: str, new: str, key: str) -> None:
    said, line = spoilt(tmp_path, name, old, new)
    line += old.startswith("\n")
    assert re.fullmatch(rf"\S*{name}, line {line}: there is no key {key}(; \w+ may be meant)?\.", said), said


@pytest.mark.parametrize(
    ("name", "old", "new", "problem"),
    [
        (CONTRACT, "classification: pseudonymised", "classification: pseudonymous", "Input should be 'public', "),
        (CONTRACT, "logicalType: string", "logicalType: text", r"Input should be 'string', "),
        (CONTRACT, "severity: warning", "severity: loud", "Input should be 'critical', "),
        (CONTRACT, "required: true", "required: certainly", "Input should be a valid boolean"),
        (SOURCE, "history: full", "history: whole", "Input should be 'full', "),
        (SOURCE, "covers_from: 2018-01", "covers_from: 2018-13", "2018-13 is not a month|'2018-13' is not a month"),
        (
            PUBLISHED,
            "disclosureControl\n    value: not_needed",
            "disclosureControl\n    value: no",
            "Input should be 'needed' or 'not_needed'",
        ),
        (KPI, "direction: neutral", "direction: up", "Input should be 'higher_is_better', "),
    ],
)
def test_a_value_that_cannot_be_is_reported_with_file_line_and_key(
    tmp_path: Path, name: str, old: str, new: str, problem: str
) -> None:
    said, line = spoilt(tmp_path, name, old, new)
    assert re.fullmatch(rf"\S*{name}, line {line}: [^ ]+: ({problem}).*\.", said), said


@pytest.mark.parametrize("name", [CONTRACT, SOURCE, PUBLISHED, KPI])
@pytest.mark.parametrize(
    ("slip", "line", "problem"),
    [
        ("title: a: b\n", 1, "this is not YAML as it must be: mapping values are not allowed in this context"),
        ("one: 1\none: 2\n", 2, "this is not YAML as it must be: the key one stands twice"),
        ("one: 1\ntwo: 2021-02-30\n", 2, "this is not YAML as it must be: day .*"),
        ("one: 1\ntwo: [1, 2\n", 3, "this is not YAML as it must be: .*"),
        ("one: 1\n\ttwo: 2\n", 2, "this is not YAML as it must be: .*"),
        ("", 1, "Input should be a valid dictionary or instance of .*"),
        ("- one\n", 1, "Input should be a valid dictionary or instance of .*"),
    ],
)
def test_a_slip_in_yaml_is_a_sentence(tmp_path: Path, name: str, slip: str, line: int, problem: str) -> None:
    path = copy_of_the_project(tmp_path) / name
    path.write_text(slip, encoding="utf-8")
    load, error = LOADERS[name]
    with pytest.raises(error) as bad:
        load(path)
    assert re.fullmatch(rf"\S*{name}, line {line}: {problem}\.", str(bad.value)), str(bad.value)


@pytest.mark.parametrize(
    ("content", "problem"),
    [(b"title: \xff\n", "is not written in UTF-8"), (b"title: \x00\n", "holds a character that no text file has")],
)
def test_what_is_no_text_is_a_sentence(tmp_path: Path, content: bytes, problem: str) -> None:
    path = tmp_path / "source.yaml"
    path.write_bytes(content)
    with pytest.raises(strict.BadFile, match=problem):
        strict.read(path, KpiFile)


def test_a_correction_is_read_strictly_too(tmp_path: Path) -> None:
    file = tmp_path / "E06000015/corrections/COR-001.yaml"
    file.parent.mkdir(parents=True)
    source = load_sources(PROJECT / "expectations")["ssd"]
    for content, problem in (
        ("source: ssd\nresaon: x\n", r"COR-001\.yaml, line 2: there is no key resaon; reason may be meant\."),
        ("source: ssd\nwhere: {a: 1\n", r"COR-001\.yaml, line 3: this is not YAML as it must be: .*"),
    ):
        file.write_text(content, encoding="utf-8")
        with pytest.raises(BadContract, match=problem):
            load_corrections(tmp_path, PROJECT / "expectations", Delivery.parse("E06000015/ssd/2021-02"), source)


def test_every_key_of_the_standard_may_stand_where_the_standard_has_it() -> None:
    """Save those that would say something that is not carried out here: other rules than those of a contract."""
    from open_data_contract_standard import model as standard

    def keys(model: type[strict.BaseModel]) -> set[str]:
        return {field.alias or name for name, field in model.model_fields.items()}

    unread = {"enum", "map", "context", "properties", "items", "quality", "customProperties"}
    assert keys(standard.OpenDataContractStandard) - unread <= keys(odcs.SourceContract) & keys(odcs.PublishedContract)
    assert keys(standard.SchemaObject) - unread <= keys(odcs.SourceTable) & keys(odcs.PublishedTable)
    assert keys(standard.SchemaProperty) - unread <= keys(odcs.SourceProperty) & keys(odcs.PublishedProperty)
    for ours, theirs in (
        (odcs.SourceContract, standard.OpenDataContractStandard),
        (odcs.SourceTable, standard.SchemaObject),
        (odcs.SourceProperty, standard.SchemaProperty),
        (odcs.TableCheck, standard.DataQuality),
        (odcs.Codes, standard.DataQuality),
        (odcs.Relationship, standard.Relationship),
    ):
        assert keys(ours) <= keys(theirs), ours
