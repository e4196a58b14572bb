"""Makes moto's DynamoDB quick: tests and the laptop ask it thousands of times a minute.

moto sorts all items of a table for each query, looks for each attribute of an item under twenty names, and lists its
own folder for each request. That took more of the processor's time than the tests themselves.
"""

import copy
from collections import defaultdict
from functools import cache
from inspect import signature
from typing import Any

from moto import backends
from moto.core.serialize import JSONSerializer
from moto.dynamodb.models.table import Table


@cache
def make_quick() -> None:
    """Make moto quick in this process. Its answers stay the same."""
    _query_by_partition()
    _send_attributes_as_they_are()
    services = tuple(backends.list_of_moto_modules())
    backends.list_of_moto_modules = lambda: services


def _query_by_partition() -> None:
    """Let each query read one partition. A query of an index still reads the whole table."""
    whole = Table.query
    parameters = signature(whole)

    def query(table: Table, hash_key: Any, *arguments: Any, **options: Any) -> Any:
        if parameters.bind(table, hash_key, *arguments, **options).arguments.get("index_name") is None:
            partition = table.items.get(hash_key, {})
            table = copy.copy(table)
            table.items = defaultdict(dict, {hash_key: partition.copy()})
        return whole(table, hash_key, *arguments, **options)

    Table.query = query  # type: ignore[method-assign, assignment]


def _send_attributes_as_they_are() -> None:
    """Send a text or a number as the table keeps it, which is the form of the protocol."""
    any_structure = JSONSerializer._serialize_type_structure

    def structure(serializer: JSONSerializer, serialized: Any, value: Any, shape: Any, key: str) -> None:
        if shape.name == "AttributeValue" and isinstance(value, dict) and value.keys() <= {"S", "N"}:
            serializer._default_serialize(serialized, value, shape, key)
        else:
            any_structure(serializer, serialized, value, shape, key)

    JSONSerializer._serialize_type_structure = structure  # type: ignore[method-assign, assignment]
