"""The Open Data Contract Standard 3.1, as far as the contracts of this project use it, each key by name.

What is read of it is in ``pipelines.contracts.model``. The other keys of the standard are allowed where people and
other tools may want them; a key that neither knows is an error.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal, Self

from pydantic import Field, GetJsonSchemaHandler, TypeAdapter, model_validator
from pydantic_core import CoreSchema  # noqa: TC002 - pydantic reads it

from pipelines.contracts.strict import Strict, StrictCamel
from pipelines.findings import Consequence, Severity  # noqa: TC001 - pydantic reads them

Classification = Literal["public", "internal", "restricted", "pseudonymised", "direct_identifier", "free_text"]
LogicalType = Literal["string", "date", "timestamp", "time", "number", "integer", "object", "array", "boolean"]


class _Described(StrictCamel):
    id: str | None = None
    description: str | None = None
    tags: tuple[str, ...] = ()
    authoritative_definitions: Any = None


class _Custom(StrictCamel):
    """The custom properties of one place by name; in the file they are a list of ``property`` and ``value``."""

    @model_validator(mode="before")
    @classmethod
    def _by_name(cls, listed: Any) -> dict[str, Any]:
        properties = _LISTED.validate_python(listed)
        if len({each.property for each in properties}) < len(properties):
            raise ValueError("a custom property stands twice")
        return {each.property: each.value for each in properties}

    @classmethod
    def __get_pydantic_json_schema__(cls, core_schema: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        by_name = handler.resolve_ref_schema(handler(core_schema))
        listed = [
            _CustomProperty.model_json_schema()
            | {
                "properties": _CustomProperty.model_json_schema()["properties"]
                | {"property": {"const": name}, "value": value}
            }
            for name, value in by_name["properties"].items()
        ]
        by_name.clear()
        return by_name | {"type": "array", "items": {"anyOf": listed}}


class _CustomProperty(Strict):
    property: str
    value: Any
    id: str | None = None
    description: str | None = None
    vendor: str | None = None


_LISTED = TypeAdapter(tuple[_CustomProperty, ...])


class TableCustom(_Custom):
    optional: bool = False
    symbols: tuple[str, ...] = ()
    event_date: str | None = None
    team: str | None = None
    file_names: tuple[str, ...] = ()
    list_number: Annotated[int | None, Field(alias="list")] = None
    elements: tuple[str, ...] = ()
    key: tuple[str, ...] = ()
    describes_file: bool = False
    one_row: bool = False
    never_empty_beside: str | None = None


class ColumnCustom(_Custom):
    pseudonym: str | None = None
    aliases: dict[str, str] = Field(default_factory=dict)
    words: dict[int, tuple[str, ...]] = Field(default_factory=dict)
    no_answer: tuple[str, ...] = ()
    element: str | None = None
    only_in: Literal["xml"] | None = None
    expected: bool = False
    largest_blank_percent: Annotated[int | None, Field(ge=0, le=100)] = None


class CheckCustom(_Custom):
    """``asks_of_missing``: a column that the file does not have is blank to the rule, and not beyond it."""

    consequence: Consequence
    asks_of_missing: bool = False
    remedy: str
    column: str | None = None


class PublishedCustom(_Custom):
    editions: tuple[Literal["restricted", "public"], ...] = ("restricted",)
    disclosure_control: Literal["needed", "not_needed"] = "needed"


class ListCustom(_Custom):
    """``council``: whether a council may set rows of its own; ``range``: the columns of a span's first and last."""

    council: bool = False
    range: tuple[str, str] | None = None


class ListColumnCustom(_Custom):
    unit: str | None = None


class LogicalTypeOptions(StrictCamel):
    pattern: str | None = None
    format: str | None = None
    min_length: int | None = None
    max_length: int = 0
    minimum: int | float | None = None
    maximum: int | None = None
    exclusive_minimum: int | float | None = None
    exclusive_maximum: int | float | None = None
    multiple_of: int | float | None = None


class Relationship(StrictCamel):
    to: str = Field(pattern=r"^[^.]+\.[^.]+$")
    id: str | None = None
    type: str | None = None
    from_: Annotated[str | None, Field(alias="from")] = None
    custom_properties: Any = None


class _Quality(_Described):
    name: str | None = None
    type: Literal["library", "custom", "text", "sql"] | None = None
    business_impact: str | None = None
    dimension: str | None = None
    method: str | None = None
    unit: str | None = None
    schedule: str | None = None
    scheduler: str | None = None


class Arguments(StrictCamel):
    valid_values: tuple[str, ...]


class Codes(_Quality):
    """The codes that a column may hold."""

    metric: Literal["invalidValues"]
    arguments: Arguments
    must_be: Literal[0] = 0
    severity: Severity | None = None
    custom_properties: Any = None


class Implementation(Strict):
    type: str
    kwargs: dict[str, Any] = Field(default_factory=dict)


class TableCheck(_Quality):
    """A rule of a table, as Great Expectations runs it."""

    id: str
    description: str
    severity: Severity
    engine: Literal["greatExpectations"] = "greatExpectations"
    implementation: Implementation
    custom_properties: CheckCustom


class _Property(_Described):
    name: str
    business_name: str | None = None
    logical_type: LogicalType
    logical_type_options: LogicalTypeOptions = LogicalTypeOptions()
    physical_type: str | None = None
    physical_name: str | None = None
    required: bool = False
    primary_key: bool = False
    primary_key_position: int | None = None
    critical_data_element: bool = False
    classification: Classification | None = None
    unique: bool | None = None
    deprecated: bool | None = None
    examples: Any = None
    synonyms: Any = None
    semantic_type: str | None = None
    encrypted_name: str | None = None
    partitioned: bool | None = None
    partition_key_position: int | None = None
    transform_source_objects: tuple[str, ...] = ()
    transform_logic: str | None = None
    transform_description: str | None = None


class Flag(_Property):
    """One flag of a JSON column."""

    id: str
    business_name: str
    description: str


class _Item(StrictCamel):
    logical_type: LogicalType
    properties: tuple[_Property, ...] = ()


class SourceProperty(_Property):
    id: str
    business_name: str
    description: str
    classification: Classification
    quality: tuple[Codes, ...] = ()
    relationships: tuple[Relationship, ...] = ()
    properties: tuple[Flag, ...] | None = None
    items: _Item | None = None
    custom_properties: ColumnCustom = ColumnCustom.model_construct()


class ListProperty(_Property):
    description: str
    logical_type: Literal["string", "date", "number", "integer", "boolean"]
    quality: tuple[Codes, ...] = ()
    relationships: tuple[Relationship, ...] = ()
    custom_properties: ListColumnCustom = ListColumnCustom.model_construct()

    @property
    def codes(self) -> tuple[str, ...]:
        return tuple(code for quality in self.quality for code in quality.arguments.valid_values)


class PublishedProperty(_Property):
    description: str
    physical_type: str
    relationships: tuple[Relationship, ...] = ()
    custom_properties: Any = None


class _Table(_Described):
    name: str
    business_name: str | None = None
    description: str
    data_granularity_description: str
    logical_type: LogicalType | None = None
    physical_type: str | None = None
    deprecated: bool | None = None
    synonyms: Any = None
    relationships: Any = None


class SourceTable(_Table):
    physical_name: str
    properties: tuple[SourceProperty, ...]
    quality: tuple[TableCheck, ...] = ()
    custom_properties: TableCustom = TableCustom.model_construct()


class ListTable(_Table):
    physical_name: str
    properties: tuple[ListProperty, ...]
    custom_properties: ListCustom = ListCustom.model_construct()

    @model_validator(mode="after")
    def _has_what_it_names(self) -> Self:
        if not self.key:
            raise ValueError("mark with primaryKey the columns in which no two rows agree")
        if self.custom_properties.council and "authority_code" not in self.key:
            raise ValueError("a list that a council may set has authority_code in its key")
        if strangers := set(self.custom_properties.range or ()) - {column.name for column in self.properties}:
            raise ValueError(f"the range names a column that there is not: {min(strangers)}")
        return self

    @property
    def key(self) -> tuple[str, ...]:
        return tuple(column.name for column in self.properties if column.primary_key)


class PublishedTable(_Table):
    physical_name: str | None = None
    properties: tuple[PublishedProperty, ...]
    custom_properties: PublishedCustom = PublishedCustom.model_construct()


class _Description(StrictCamel):
    purpose: str | None = None
    usage: str | None = None
    limitations: str | None = None
    authoritative_definitions: Any = None
    custom_properties: Any = None


class _Contract(StrictCamel):
    api_version: Literal["v3.1.0"] = "v3.1.0"
    kind: Literal["DataContract"] = "DataContract"
    id: str | None = None
    name: str
    version: str | None = None
    status: str | None = None
    domain: str | None = None
    tenant: str | None = None
    tags: tuple[str, ...] = ()
    description: _Description | None = None
    data_product: str | None = None
    contract_created_ts: Any = None
    servers: Any = None
    support: Any = None
    price: Any = None
    team: Any = None
    roles: Any = None
    sla_default_element: str | None = None
    sla_properties: Any = None
    authoritative_definitions: Any = None
    custom_properties: Any = None


class SourceContract(_Contract):
    """A table of a source."""

    tables: Annotated[tuple[SourceTable], Field(alias="schema")]


class ListContract(_Contract):
    """A list of ``sql/reference/``, and the same list of a council."""

    tables: Annotated[tuple[ListTable], Field(alias="schema")]


class PublishedContract(_Contract):
    """A table of a snapshot."""

    tables: Annotated[tuple[PublishedTable], Field(alias="schema")]
