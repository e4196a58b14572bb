"""Lets moto's DynamoDB answer a query from the items of one partition.

moto sorts all items of a table for each query. The tables of a test run hold hundreds of calls: that sorting took
more of the processor's time than anything else.
"""

import copy
from collections import defaultdict
from functools import cache
from inspect import signature
from typing import Any

from moto.dynamodb.models.table import Table


@cache
def query_by_partition() -> None:
    """Make each query of this process read one partition. A query of an index still reads the whole table."""
    whole = Table.query
    parameters = signature(whole)

    def query(table: Table, hash_key: Any, *arguments: Any, **options: Any) -> Any:
        if parameters.bind(table, hash_key, *arguments, **options).arguments.get("index_name") is None:
            partition = table.items.get(hash_key, {})
            table = copy.copy(table)
            table.items = defaultdict(dict, {hash_key: partition.copy()})
        return whole(table, hash_key, *arguments, **options)

    Table.query = query  # type: ignore[method-assign, assignment]
