"""Makes moto's DynamoDB quick, and its writes atomic: tests and the laptop ask it thousands of times a minute.

moto sorts all items of a table for each query, copies the table and its stream for each item of a transaction, looks
for each attribute of an item under twenty names, asks each text nine times whether it is of another kind, and lists
its own folder and its methods for each request. That took more of the processor's time than the tests themselves.

moto also checks the condition of a write in one step and writes in another. Of two requests that put the same item at
once, unless it is there, both succeed; in DynamoDB one does. Source: Amazon DynamoDB, "Condition expressions".
"""

import copy
import threading
from collections import defaultdict
from collections.abc import Callable, Mapping
from functools import cache, wraps
from inspect import signature
from types import SimpleNamespace
from typing import Any, cast

from moto import backends
from moto.core import responses
from moto.core.serialize import JSONSerializer
from moto.dynamodb import models
from moto.dynamodb.models import DynamoDBBackend
from moto.dynamodb.models.dynamo_type import DynamoType, Item, LimitedSizeDict
from moto.dynamodb.models.table import Table

from local.aws.moto_imports import leave_ec2_out

WRITES = ("put_item", "update_item", "delete_item", "transact_write_items")
"""The methods of moto's DynamoDB that change items. A batch calls them for each of its items."""

PLAIN = frozenset({"S", "N", "B", "BOOL", "NULL"})
"""The kinds of attributes that moto replaces, and never changes in place."""


@cache
def make_quick() -> None:
    """Make moto quick and its writes atomic in this process. Its answers stay the same."""
    leave_ec2_out()
    _query_by_partition()
    _undo_what_a_transaction_changed()
    _write_one_at_a_time()
    _send_attributes_as_they_are()
    _take_texts_as_they_are()
    _share_what_nobody_changes()
    responses.method_names_from_class = cache(responses.method_names_from_class)  # type: ignore[attr-defined]
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


def _undo_what_a_transaction_changed() -> None:
    """Let a transaction that fails put back its own items, and not copies of its tables."""
    whole = DynamoDBBackend.transact_write_items

    def transact(backend: DynamoDBBackend, transact_items: list[dict[str, Any]]) -> None:
        undo = [_undo_of(backend, operation) for item in transact_items for operation in item.values()]
        try:
            whole(backend, transact_items)
        except Exception:
            for one in reversed(undo):
                one()
            raise

    def deepcopy(value: Any) -> Any:
        return value if isinstance(value, Table) else copy.deepcopy(value)

    models.copy = SimpleNamespace(deepcopy=deepcopy)  # type: ignore[attr-defined, assignment]
    DynamoDBBackend.transact_write_items = transact  # type: ignore[method-assign, assignment]


def _undo_of(backend: DynamoDBBackend, operation: Mapping[str, Any]) -> Callable[[], object]:
    """Return what puts back the partition that an operation may change, and the stream of its table."""
    table = backend.tables.get(operation.get("TableName", ""))
    key = operation.get("Key") or operation.get("Item") or {}
    if table is None or table.hash_key_attr not in key:
        return lambda: None
    name, stream = DynamoType(key[table.hash_key_attr]), table.stream_shard
    partition, told = copy.deepcopy(table.items.get(name)), len(stream.items) if stream else 0

    def undo() -> None:
        table.items.pop(name, None)
        if partition is not None:
            table.items[name] = partition
        if stream:
            del stream.items[told:]

    return undo


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


def _take_texts_as_they_are() -> None:
    """Compare and measure a text at once: most attributes are texts."""
    any_value, any_size = DynamoType.cast_value.fget, DynamoType.size  # type: ignore[attr-defined]

    def value(attribute: DynamoType) -> Any:
        return attribute.value if attribute.type == "S" else any_value(attribute)

    def size(attribute: DynamoType) -> int:
        return len(attribute.value.encode()) if attribute.type == "S" else any_size(attribute)

    DynamoType.cast_value = property(value)  # type: ignore[method-assign, assignment]
    DynamoType.size = size  # type: ignore[method-assign, assignment]


def _share_what_nobody_changes() -> None:
    """Copy an item with its texts and numbers as they are: moto changes only lists, sets and maps in place."""

    def copied(item: Item, memo: dict[int, Any]) -> Item:
        made: Any = Item.__new__(Item)
        memo[id(item)] = made
        made.hash_key, made.range_key = item.hash_key, item.range_key
        made.attrs = LimitedSizeDict.__new__(LimitedSizeDict)
        for name, value in item.attrs.items():
            # Without the check of its size: the item has passed it.
            dict.__setitem__(made.attrs, name, value if value.type in PLAIN else copy.deepcopy(value, memo))
        return cast("Item", made)

    Item.__deepcopy__ = copied  # type: ignore[method-assign, assignment]
