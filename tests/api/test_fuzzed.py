"""Whatever is asked of the API, in its own words or against them, the answer is a described one."""

from __future__ import annotations

import pytest
import schemathesis
from django.core.handlers.wsgi import WSGIHandler
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from schemathesis.checks import positive_data_acceptance
from schemathesis.core.result import Ok

from tests.api.conftest import token_of
from tests.ledger.books import Books


@pytest.fixture(scope="module")
def api(server: None) -> schemathesis.BaseSchema:
    document = Client(SERVER_NAME="localhost").get("/api/v1/openapi.json").json()
    document["servers"] = [{"url": "http://localhost"}]
    described = schemathesis.openapi.from_dict(document)
    described.app = WSGIHandler()
    return described


@pytest.fixture(scope="module")
def token(server: None) -> str:
    books = Books(accounts=["A"])
    books.invoice("1", "100.00")
    return token_of(books, "ingest")


@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_every_answer_is_a_described_one(
    api: schemathesis.BaseSchema, token: str, data: st.DataObject
) -> None:
    operations = [each.ok() for each in api.get_all_operations() if isinstance(each, Ok)]
    operation = data.draw(st.sampled_from(operations))
    case = data.draw(operation.as_strategy())
    case.call_and_validate(
        headers={"Authorization": f"Bearer {token}"},
        # An Idempotency-Key is not good for two calls, which no schema can say.
        excluded_checks=[positive_data_acceptance],
    )
