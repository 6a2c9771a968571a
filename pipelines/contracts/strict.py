"""Reads a YAML file into a pydantic model that knows every key it may hold, and says of a slip where it stands."""

from __future__ import annotations

from difflib import get_close_matches
from typing import TYPE_CHECKING, Any, TypeVar

import yaml
from pydantic import BaseModel, ConfigDict, ValidationError
from pydantic.alias_generators import to_camel

from pipelines import storage
from pipelines.settings import PROJECT

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from pydantic_core import ErrorDetails


class Strict(BaseModel):
    """What a file of this project may hold: no key beside those declared."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)


class StrictCamel(Strict):
    """The same where the keys are a standard's, spelt likeThis."""

    model_config = ConfigDict(alias_generator=to_camel)


Model = TypeVar("Model", bound=BaseModel)
UNKNOWN, MISSING = "extra_forbidden", "missing"


class BadFile(ValueError):
    """A file that people write is not as it must be; says in one sentence which, in what line, and of what key."""


def read(path: Path, model: type[Model]) -> Model:
    """The file as ``model`` has it; raises BadFile, which never quotes a value that the file holds."""
    try:
        content = storage.read_yaml(path)
    except FileNotFoundError:
        raise BadFile(f"{shown(path)} is not there.") from None
    except UnicodeDecodeError as problem:
        raise BadFile(f"{shown(path)} is not written in UTF-8: save it so.") from problem
    except yaml.MarkedYAMLError as problem:
        mark = problem.problem_mark or problem.context_mark
        line = 1 if mark is None else mark.line + 1
        raise BadFile(f"{shown(path)}, line {line}: this is not YAML as it must be: {problem.problem}.") from problem
    except yaml.YAMLError as problem:
        raise BadFile(f"{shown(path)}: this is not YAML: it holds a character that no text file has.") from problem
    try:
        return model.model_validate(content)
    except ValidationError as problem:
        raise BadFile(_sentence(path, model, problem.errors(include_url=False, include_input=False))) from problem


def shown(path: Path) -> str:
    """A file's name as people know it: from the project, if it lies there."""
    return path.relative_to(PROJECT).as_posix() if path.is_relative_to(PROJECT) else path.as_posix()


def _sentence(path: Path, model: type[BaseModel], errors: Sequence[ErrorDetails]) -> str:
    """A misspelt key goes first: where it stands, the right one is missing too."""
    first = min(errors, key=lambda error: (error["type"] != UNKNOWN, _place(path, error["loc"])[0]))
    line, key = _place(path, first["loc"])
    where = f"{shown(path)}, line {line}"
    if first["type"] == UNKNOWN:
        near = get_close_matches(str(first["loc"][-1]), set(_keys(model.model_json_schema())), n=1)
        return f"{where}: there is no key {key}{f'; {near[0]} may be meant' if near else ''}."
    if first["type"] == MISSING:
        return f"{where}: the key {'.'.join(filter(None, (key, str(first['loc'][-1]))))} is missing."
    return f"{where}: {f'{key}: ' if key else ''}{first['msg'].removeprefix('Value error, ')}."


def _keys(schema: Any) -> Iterator[str]:
    """Every key that a JSON Schema knows."""
    if isinstance(schema, list):
        for each in schema:
            yield from _keys(each)
    if isinstance(schema, dict):
        yield from schema.get("properties", ())
        yield from (name for name in (schema.get("const"),) if isinstance(name, str))
        for each in schema.values():
            yield from _keys(each)


def _place(path: Path, key: Sequence[str | int]) -> tuple[int, str]:
    """The line of a key, and its name with those above it; as much of it as the file has."""
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    node = yaml.compose(path.read_text(encoding="utf-8"), Loader=loader)
    line, known = 0 if node is None else node.start_mark.line, ""
    for step in key:
        if isinstance(node, yaml.MappingNode):
            found = next(((mark, value) for mark, value in node.value if mark.value == str(step)), None)
        elif isinstance(node, yaml.SequenceNode):
            found = _item(node, step)
        else:
            break
        if found is not None:
            line, node = found[0].start_mark.line, found[1]
            known += f"[{step}]" if isinstance(step, int) else f".{step}"
    return line + 1, known.removeprefix(".")


def _item(node: yaml.SequenceNode, step: str | int) -> tuple[yaml.Node, yaml.Node] | None:
    """An item by its number from 0, or a custom property of a contract by its name."""
    if isinstance(step, int):
        return (node.value[step], node.value[step]) if step < len(node.value) else None
    for item in node.value:
        entries = {key.value: value for key, value in item.value} if isinstance(item, yaml.MappingNode) else {}
        if "property" in entries and entries["property"].value == step:
            return entries["property"], entries.get("value", item)
    return None
