"""Django's models agree with the tables, which are made by hand."""

from __future__ import annotations

import pytest
from django.apps import apps
from django.db import connections, models

from duebook.visibility.router import Router
from tests.isolation.attacker import Connection

MODELS = [model for model in apps.get_models() if model.__module__.startswith("duebook.")]
COLUMNS = """
    SELECT a.attname, format_type(a.atttypid, a.atttypmod), NOT a.attnotnull,
           NOT a.attnotnull OR a.atthasdef OR a.attidentity <> ''
    FROM pg_attribute a WHERE a.attrelid = %s::regclass AND a.attnum > 0 AND NOT a.attisdropped"""


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.__name__)
def test_the_model_agrees_with_its_table(own: Connection, model: type[models.Model]) -> None:
    assert disagreements(own, model) == []


def test_a_model_that_disagrees_is_noticed(own: Connection) -> None:
    person = next(model for model in MODELS if model.__name__ == "Person")
    with own.transaction(force_rollback=True):
        own.execute(
            "ALTER TABLE ar.person DROP COLUMN name, ALTER email TYPE varchar(99),"
            " ALTER email DROP NOT NULL, ADD must bigint NOT NULL DEFAULT 1;"
            "ALTER TABLE ar.person ALTER must DROP DEFAULT"
        )
        assert disagreements(own, person) == [
            "name is not there",
            "email is character varying(99), not text",
            "email may be null",
            "must has to be given",
        ]


def disagreements(own: Connection, model: type[models.Model]) -> list[str]:
    """Where the table is not as the model believes."""
    schema = "door" if Router().db_for_read(model) == "default" else "ar"
    table = f"{schema}.{model._meta.db_table}"
    there = {name: rest for name, *rest in own.execute(COLUMNS, [table])}
    wrong = []
    for field in model._meta.concrete_fields:
        if field.column not in there:
            wrong.append(f"{field.column} is not there")
            continue
        kind, is_nullable, _ = there.pop(field.column)
        wanted = (field.db_type(connections["migrator"]) or "").replace(
            "varchar", "character varying"
        )
        if kind != wanted:
            wrong.append(f"{field.column} is {kind}, not {wanted}")
        if is_nullable != field.null:
            wrong.append(f"{field.column} may {'' if is_nullable else 'not '}be null")
    wrong += [f"{name} has to be given" for name, (_, _, given) in there.items() if not given]
    return wrong
