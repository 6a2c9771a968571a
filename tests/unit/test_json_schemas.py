"""An editor that reads a file's JSON Schema shows what the pipeline would stop at."""

from __future__ import annotations

import json
from functools import cache
from typing import TYPE_CHECKING, Any

import pytest
import yaml
from jsonschema import Draft202012Validator

from pipelines.cli.reference_docs import DOCS, SCHEMAS
from pipelines.settings import PROJECT

if TYPE_CHECKING:
    from pathlib import Path

FOLDERS = {"expectations/sources/*": "source_contract", "expectations/snapshots": "published_contract"}
FOLDERS |= {f"expectations/{name}": "reference_list_contract" for name in ("reference", "council")}
FOLDERS |= {"sql/kpis": "kpi"}
FILES = {path: schema for folder, schema in FOLDERS.items() for path in sorted(PROJECT.glob(f"{folder}/*.yaml"))}
FILES |= {path: path.stem for path in FILES if path.name in {"source.yaml", "subjects.yaml"}}
FIRST_LINE = "# yaml-language-server: $schema="
CORRECTION = {
    "source": "ssd",
    "table": "cp_plans",
    "record_keys": ["00000000-0000-0000-0000-000000000000"],
    "rows": 1,
    "action": "drop",
    "reason": "Entered twice.",
    "reviewed_by": "the data team",
    "reviewed_on": "2021-03-01",
    "first_month": "2021-02",
    "until": "2021-06",
}


@cache
def validator(schema: str) -> Draft202012Validator:
    content = json.loads((DOCS / f"schemas/{schema}.json").read_text(encoding="utf-8"))
    Draft202012Validator.check_schema(content)
    return Draft202012Validator(content)


def faults(schema: str, content: Any) -> list[str]:
    return [fault.message for fault in validator(schema).iter_errors(content)]


def content_of(path: Path) -> Any:
    """As an editor has it: a date is a text."""
    return json.loads(json.dumps(yaml.safe_load(path.read_text(encoding="utf-8")), default=str))


@pytest.mark.parametrize("path", FILES, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_a_file_names_its_schema_and_keeps_it(path: Path) -> None:
    first = path.read_text(encoding="utf-8").partition("\n")[0]
    assert first.startswith(FIRST_LINE)
    named = path.parent / first.removeprefix(FIRST_LINE)
    assert named.resolve() == DOCS / f"schemas/{FILES[path]}.json"
    assert faults(FILES[path], content_of(path)) == []


@pytest.mark.parametrize("schema", sorted(set(FILES.values())))
def test_a_schema_knows_a_misspelt_key(schema: str) -> None:
    path = next(path for path in FILES if FILES[path] == schema)
    assert faults(schema, content_of(path) | {"titel": "A title"})


def test_a_correction_has_a_schema_as_well() -> None:
    assert faults("correction", CORRECTION) == []
    assert faults("correction", CORRECTION | {"action": "delete"})
    assert faults("correction", {key: value for key, value in CORRECTION.items() if key != "reason"})


def test_a_custom_property_that_there_is_not_is_shown() -> None:
    path = PROJECT / "expectations/reference/timescale.yaml"
    content = content_of(path)
    content["schema"][0]["customProperties"].append({"property": "coucil", "value": True})
    assert faults("reference_list_contract", content)


def test_every_model_has_a_schema_and_every_schema_a_model() -> None:
    assert {path.stem for path in (DOCS / "schemas").glob("*.json")} == set(SCHEMAS)
