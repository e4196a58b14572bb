"""Makes moto's DynamoDB quick, and its writes atomic: tests and the laptop ask it thousands of times a minute.

moto sorts all items of a table for each query, looks for each attribute of an item under twenty names, and lists its
own folder for each request. That took more of the processor's time than the tests themselves.

moto also checks the condition of a write in one step and writes in another. Of two requests that put the same item at
once, unless it is there, both succeed; in DynamoDB one does. Source: Amazon DynamoDB, "Condition expressions".
"""

import copy
import threading
from collections import defaultdict
from functools import cache, wraps
from inspect import signature
from typing import Any

from moto import backends
from moto.core.serialize import JSONSerializer
from moto.dynamodb.models import DynamoDBBackend
from moto.dynamodb.models.table import Table

WRITES = ("put_item", "update_item", "delete_item", "transact_write_items")
"""The methods of moto's DynamoDB that change items. A batch calls them for each of its items."""


@cache
def make_quick() -> None:
    """Make moto quick and its writes atomic in this process. Its answers stay the same."""
    _query_by_partition()
    _write_one_at_a_time()
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


def _write_one_at_a_time() -> None:
    """Let each write check its condition and change the table before the next one does."""
    lock = threading.RLock()

    def alone(write: Any) -> Any:
        @wraps(write)
        def locked(*arguments: Any, **options: Any) -> Any:
            with lock:
                return write(*arguments, **options)

        return locked

    for name in WRITES:
        setattr(DynamoDBBackend, name, alone(getattr(DynamoDBBackend, name)))


def _send_attributes_as_they_are() -> None:
    """Send a text or a number as the table keeps it, which is the form of the protocol."""
    any_structure = JSONSerializer._serialize_type_structure

    def structure(serializer: JSONSerializer, serialized: Any, value: Any, shape: Any, key: str) -> None:
        if shape.name == "AttributeValue" and isinstance(value, dict) and value.keys() <= {"S", "N"}:
            serializer._default_serialize(serialized, value, shape, key)
        else:
            any_structure(serializer, serialized, value, shape, key)

    JSONSerializer._serialize_type_structure = structure  # type: ignore[method-assign, assignment]
