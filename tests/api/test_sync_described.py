"""The description of the push API: valid, complete, and true of what the API does."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from duebook.ingest.kinds import KINDS
from duebook.web.api.row_schemas import EXAMPLES, FIELD_WORDS, KIND_WORDS, example, title
from tests.api.conftest import Service, token_of
from tests.api.schemas import fits
from tests.ledger.books import Books

Schema = dict[str, Any]
METHODS = ("get", "post", "put", "patch", "delete")


@pytest.fixture(scope="module")
def described(server: None) -> Schema:
    answer = Client(SERVER_NAME="localhost").get("/api/v1/openapi.json")
    found: Schema = json.loads(answer.content)
    return found


@pytest.fixture(scope="module")
def erp(server: None) -> Service:
    return Service(token_of(Books(accounts=["A"]), "ingest"))


def operation(described: Schema, kind: str) -> Schema:
    found: Schema = described["paths"][f"/api/v1/sync/{kind}"]["post"]
    return found


def body_schema(described: Schema, kind: str) -> Schema:
    content = operation(described, kind)["requestBody"]["content"]
    found: Schema = content["application/json"]["schema"]
    return found


def references(part: Any) -> Iterator[str]:
    if isinstance(part, dict):
        for key, value in part.items():
            if key == "$ref":
                yield value
            yield from references(value)
    elif isinstance(part, list):
        for value in part:
            yield from references(value)


def test_the_document_is_whole(described: Schema) -> None:
    """What every generator of clients needs: unique names, references that lead somewhere."""
    assert described["openapi"].startswith("3.1")
    assert described["info"]["title"] and described["info"]["version"]
    schemas = described["components"]["schemas"]
    for each in references(described):
        assert each.startswith("#/components/schemas/")
        assert each.rpartition("/")[2] in schemas, each
    operations = [
        told
        for path in described["paths"].values()
        for method, told in path.items()
        if method in METHODS
    ]
    names = [told["operationId"] for told in operations]
    assert len(names) == len(set(names))
    schemes = described["components"]["securitySchemes"]
    for told in operations:
        assert told["summary"] and told["responses"]
        assert told["security"] and set(told["security"][0]) <= set(schemes)
        for parameter in told.get("parameters", []):
            assert {"name", "in", "schema"} <= set(parameter)
            assert parameter.get("description"), parameter["name"]


@pytest.mark.parametrize("kind", KINDS)
def test_each_kind_says_what_a_row_is(described: Schema, kind: str) -> None:
    told = operation(described, kind)
    assert KIND_WORDS[kind] in told["description"]
    assert {"200", "400", "401", "403", "413", "415", "422", "429"} <= set(told["responses"])
    for status, answer in told["responses"].items():
        (content,) = answer["content"].values()
        wanted = "SyncAnswer" if status == "200" else "Trouble"
        assert content["schema"]["$ref"].endswith(f"/{wanted}")
    row = described["components"]["schemas"][f"{title(kind)}Row"]
    assert set(row["properties"]) == {*KINDS[kind].slots, "deleted"}
    assert set(row["required"]) == KINDS[kind].required
    assert all(field["description"] for field in row["properties"].values())
    assert set(told["requestBody"]["content"]) == {"application/json", "application/x-ndjson"}


def test_no_word_is_left_over() -> None:
    assert set(KIND_WORDS) == set(EXAMPLES) == set(KINDS)
    assert set(FIELD_WORDS) == {name for kind in KINDS.values() for name in kind.slots}


@pytest.mark.parametrize("kind", KINDS)
def test_the_examples_are_what_they_are_examples_of(described: Schema, kind: str) -> None:
    schema = body_schema(described, kind)
    assert fits(described, [example(kind)], schema)
    assert fits(described, [{"external_id": "1", "deleted": True}], schema)
    assert not fits(described, [], schema)
    assert not fits(described, [{"external_id": "1"}], schema)
    assert not fits(described, [{**example(kind), "deleted": True, "nonsense": 1}], schema)
    assert not fits(described, {**example(kind)}, schema)


texts = st.text(st.characters(codec="utf-8"), max_size=12)
leaves = (
    st.none() | st.booleans() | st.integers(-(10**20), 10**20) | st.floats(allow_nan=False) | texts
)
values = leaves | st.lists(leaves, max_size=2) | st.dictionaries(texts, leaves, max_size=2)


def rows(kind: str) -> st.SearchStrategy[Schema]:
    """Rows that look like the kind's, more or less."""
    good = example(kind)
    fields = st.sampled_from([*KINDS[kind].slots, "deleted", "nonsense"])
    changed = st.dictionaries(fields, values, max_size=3)
    dropped = st.sets(st.sampled_from([*good]), max_size=2)
    return st.builds(
        lambda more, less: {k: v for k, v in {**good, **more}.items() if k not in less},
        changed,
        dropped,
    )


calls = st.sampled_from([*KINDS]).flatmap(
    lambda kind: st.tuples(st.just(kind), st.lists(rows(kind), min_size=1, max_size=4))
)


@settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
@given(call=calls)
def test_whatever_is_sent_the_answer_is_the_one_described(
    described: Schema, erp: Service, call: tuple[str, list[Schema]]
) -> None:
    kind, sent = call
    answer = erp.post(kind, json.dumps(sent), query="?dry_run=true")
    told = operation(described, kind)["responses"]
    assert str(answer.status_code) in told, answer.content
    (content,) = told[str(answer.status_code)]["content"].values()
    found = answer.json()
    assert fits(described, found, content["schema"]), found
    if answer.status_code == 200:
        assert [each["index"] for each in found["results"]] == [*range(len(sent))]
        assert sum(found["counts"].values()) == len(sent)
        for row, result in zip(sent, found["results"], strict=True):
            assert (result["reason"] is not None) == (result["action"] == "invalid")
            if not fits(described, [row], body_schema(described, kind)):
                continue
            reason = result["reason"] or ""
            assert "no field of this name" not in reason
            assert "list or an object" not in reason


@settings(max_examples=40, deadline=None)
@given(body=st.binary(max_size=60) | texts.map(str.encode), lines=st.booleans())
def test_any_bytes_are_answered_in_a_sentence(erp: Service, body: bytes, lines: bool) -> None:
    sort = "application/x-ndjson" if lines else "application/json"
    answer = erp.post("invoices", body or b" ", sort=sort, query="?dry_run=true")
    assert answer.status_code in (200, 400)
    if answer.status_code == 400:
        assert set(answer.json()) == {"detail"}
