"""From a declaration to a reader of it: a frozen Struct becomes a pydantic model that tells all errors at once.

A rule declares its configuration once, as a Struct with annotated types (`core/settings.py`). Here that declaration
is read: `Kind` markers become checks, nested Structs nested models. What has been checked becomes the Struct again,
and what its `__post_init__` says against it is an error of that section.
"""

from __future__ import annotations

import enum
import types
import typing
from datetime import date, time
from decimal import Decimal
from functools import lru_cache
from typing import Annotated, Any, Final, Literal, cast

import msgspec
from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainValidator,
    TypeAdapter,
    ValidationError,
    ValidatorFunctionWrapHandler,
    WithJsonSchema,
    WrapValidator,
    create_model,
)
from pydantic_core import PydanticCustomError

from risk_manager.config.kinds import reading_of
from risk_manager.config.reading import (
    DAY,
    FLAG,
    Reading,
    choice,
    number,
    one_of,
    sort_of,
    wall_time,
    whole,
    words,
    wrong,
    yes_or_no,
)
from risk_manager.core.settings import Kind

ENABLED: Final = "enabled"
"""The switch of a section."""

_BARE: Final[dict[Any, Reading]] = {
    bool: FLAG,
    date: DAY,
    int: Reading(lambda value: whole(value, "A whole number"), {"type": "integer"}, "Write a whole number"),
    Decimal: Reading(lambda value: number(value, "A number"), {"type": "number"}, "Write a number"),
    str: Reading(lambda value: words(value, "Write some words"), {"type": "string"}, "Write some words"),
    time: Reading(lambda value: wall_time(value, Kind.WALL_TIME.value), {"type": "string"}, Kind.WALL_TIME.value),
    Any: Reading(lambda value: value, {}, ""),
}
"""How values without a marker are read."""


@lru_cache(maxsize=512)
def reader_of(struct: type[msgspec.Struct], title: str = "") -> TypeAdapter[Any]:
    """What reads plain values into `struct`. Raises pydantic's ValidationError with all errors."""
    return TypeAdapter(_section(struct, title))


@lru_cache(maxsize=512)
def model_of(struct: type[msgspec.Struct], title: str = "") -> type[BaseModel]:
    """The pydantic model of a Struct."""
    hints = typing.get_type_hints(struct, include_extras=True)
    fields: dict[str, Any] = {}
    for one in msgspec.structs.fields(struct):
        annotation = _accepts(hints[one.name])
        if one.default is msgspec.NODEFAULT and one.default_factory is msgspec.NODEFAULT:
            fields[one.name] = (annotation, ...)
        else:
            fields[one.name] = (annotation, Field(default=None, json_schema_extra=_default(one)))
    config = ConfigDict(extra="forbid", arbitrary_types_allowed=True, title=title or struct.__name__)
    return cast("type[BaseModel]", create_model(title or struct.__name__, __config__=config, **fields))


def _section(struct: type[msgspec.Struct], title: str = "") -> Any:
    model = model_of(struct, title)

    def build(checked: BaseModel) -> msgspec.Struct:
        return struct(**{name: getattr(checked, name) for name in checked.model_fields_set})

    def is_section(value: Any) -> Any:
        if not isinstance(value, dict):
            raise wrong(f"{sort_of(value)} stands where a section belongs, with {', '.join(model.model_fields)}")
        return value

    return Annotated[model, BeforeValidator(is_section), AfterValidator(build)]


def _accepts(annotation: Any) -> Any:
    """The annotation that pydantic shall check instead of the declared one."""
    origin = typing.get_origin(annotation)
    if origin is Annotated:
        inner, *markers = typing.get_args(annotation)
        for marker in markers:
            if isinstance(marker, Kind):
                return _leaf(reading_of(marker))
            if isinstance(marker, Reading):
                return _leaf(marker)
        return _accepts(inner)
    if origin in (typing.Union, types.UnionType):
        members = [member for member in typing.get_args(annotation) if member is not types.NoneType]
        if len(members) == 1:
            optional: Any = typing.Optional[_accepts(members[0])]  # noqa: UP045  (the argument is a value, not a type)
            return Annotated[optional, WrapValidator(_or_off)] if _has_switch(members[0]) else optional
    if origin is not None:
        return _accepts_generic(annotation, origin)
    if isinstance(annotation, type) and issubclass(annotation, msgspec.Struct):
        return _section(annotation)
    if isinstance(annotation, type) and issubclass(annotation, enum.Enum):
        return _leaf(choice(annotation))
    if annotation in _BARE:
        return _leaf(_BARE[annotation])
    raise TypeError(f"{annotation} is no type that a configuration can be declared with")


def _accepts_generic(annotation: Any, origin: Any) -> Any:
    arguments = typing.get_args(annotation)
    if origin is Literal:
        return _leaf(one_of([str(word) for word in arguments]))
    if origin in (tuple, frozenset, list):
        inside = _accepts(arguments[0])
        items = origin[inside, ...] if origin is tuple else origin[inside]
        return Annotated[items, BeforeValidator(_is_list)]
    if origin is dict:
        mapping: Any = dict
        mapping = mapping[_accepts(arguments[0]), _accepts(arguments[1])]
        return Annotated[mapping, BeforeValidator(_keys_once(arguments[0]))]
    raise TypeError(f"{annotation} is no type that a configuration can be declared with")


def _has_switch(annotation: Any) -> bool:
    is_struct = isinstance(annotation, type) and issubclass(annotation, msgspec.Struct)
    return is_struct and any(one.name == ENABLED for one in msgspec.structs.fields(annotation))


def _or_off(value: Any, read: ValidatorFunctionWrapHandler) -> Any:
    """A section that says `enabled: false` may leave out what it would need: it is not there then."""
    try:
        return read(value)
    except ValidationError as error:
        if is_off(value) and all(one["type"] == "missing" for one in error.errors()):
            return None
        raise


def is_off(value: Any) -> bool:
    """True for a section that says `enabled: false`."""
    try:
        return isinstance(value, dict) and ENABLED in value and not yes_or_no(value[ENABLED])
    except PydanticCustomError:
        return False


def _leaf(reading: Reading) -> Any:
    schema = {**reading.schema, "description": reading.right} if reading.right else reading.schema
    return Annotated[Any, PlainValidator(reading.read), WithJsonSchema(schema)]


def _is_list(value: Any) -> Any:
    if not isinstance(value, list):
        raise wrong(f"{sort_of(value)} stands where a list belongs, for example [a, b]")
    return value


def _keys_once(key: Any) -> Any:
    """EP and ES are one product: two keys that mean the same may not hide each other."""
    reader: TypeAdapter[Any] = TypeAdapter(_accepts(key))

    def check(value: Any) -> Any:
        if not isinstance(value, dict):
            raise wrong(f"{sort_of(value)} stands where a section belongs")
        meant: dict[Any, str] = {}
        for name in value:
            try:
                read = reader.validate_python(name)
            except ValueError:
                continue
            if read in meant:
                raise wrong(f"{meant[read]} and {name} are the same. Keep one of them")
            meant[read] = name
        return value

    return check


def _default(one: msgspec.structs.FieldInfo) -> dict[str, Any]:
    """A field's default for editors, where it can be written in JSON."""
    if one.default is msgspec.NODEFAULT:
        return {}
    try:
        return {"default": msgspec.to_builtins(one.default, str_keys=True)}
    except TypeError:
        return {}
