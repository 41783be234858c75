"""Where a page of the list begins, as its address says it.

What the row at the end of a page was sorted by when it was shown goes along with it: a row that a
payment moves elsewhere in between takes the pages around it with it otherwise. It is sealed,
because the address may be sent to somebody who does not see that account.
"""

from __future__ import annotations

import json

from duebook.database.sealing import Broken, opened, sealed
from duebook.reports.customers import CustomerRow
from duebook.reports.customers_order import Keys
from duebook.web.customers.asked import Looking

PURPOSE = "place in the customers' list"


def written(row: CustomerRow, keys: Keys | None, looking: Looking) -> str:
    """For the address; `keys`: what the row is sorted by, None where no page lies beyond it."""
    if keys is None:
        return row.key
    told = json.dumps([_list(looking), list(keys.values())], default=str)
    return f"{row.key}~{sealed(told.encode(), purpose=PURPOSE).decode()}"


def read(place: str, looking: Looking) -> str | Keys:
    """What was written for the list at hand; of another list, or changed, its row alone counts."""
    row, _, told = place.partition("~")
    try:
        of_list, keys = json.loads(opened(told.encode(), purpose=PURPOSE)) if told else ("", [])
    except Broken:
        return row
    if of_list != _list(looking):
        return row
    return {f"key_{number}": key for number, key in enumerate(keys)}


def _list(looking: Looking) -> str:
    return f"{looking.sort} {looking.currency}"
