"""The API: the same questions and answers as pages and files, for services."""

from __future__ import annotations

import logging
from contextlib import suppress
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from ninja import NinjaAPI, Query, Swagger
from ninja.errors import ValidationError
from ninja.openapi.schema import OpenAPISchema

from duebook.ingest.kinds import KINDS
from duebook.reports.aging import aging_page
from duebook.reports.freshness import freshness
from duebook.reports.invoices import invoices_page
from duebook.reports.monthly import window
from duebook.reports.monthly_page import page as page_of
from duebook.reports.monthly_page import totals
from duebook.reports.rows import customer_of
from duebook.rollups.months import ready
from duebook.visibility.seeing import NotReady
from duebook.web.api import answers
from duebook.web.api import monthly as monthly_answers
from duebook.web.api.asking import (
    AgingQuestion,
    InvoicesQuestion,
    Nothing,
    asked_by,
    known_in,
    layout_in,
    sized,
)
from duebook.web.api.door import Refused, ServiceToken, TokenRequest, reading
from duebook.web.api.monthly import MonthlyQuestion
from duebook.web.api.row_schemas import KIND_WORDS, schemas
from duebook.web.api.sync import SyncAnswer, synced
from duebook.web.api.sync_words import SYNC_WORDS, described
from duebook.web.asked import Unclear

log = logging.getLogger("duebook.api")

DESCRIPTION = (
    "Read an organisation's reports (scope `read`), and bring its facts (scope `ingest`), with the"
    " token of a service, sent in the header `Authorization: Bearer TOKEN`. An admin makes tokens"
    ' in Settings, Service tokens. Whatever goes wrong is answered with `{"detail": "one'
    ' sentence"}`.'
)


class Api(NinjaAPI):
    """With the rows that may be sent in its description: they are read by ingest, not here."""

    def get_openapi_schema(self, **asked: Any) -> OpenAPISchema:
        made = super().get_openapi_schema(**asked)
        made["components"]["schemas"].update(schemas())
        return made


api = Api(
    title="Duebook",
    version="1",
    description=DESCRIPTION,
    urls_namespace="api",
    auth=ServiceToken(),
    docs=Swagger({"validatorUrl": None}),
)
TRIES = 3  # what a report rests on may go while it is asked for
WRONG: dict[int, Any] = dict.fromkeys((400, 401, 403, 404, 429), answers.Trouble)
BRINGING: dict[int, Any] = {**WRONG, **dict.fromkeys((413, 415, 422), answers.Trouble)}
del BRINGING[404]


@api.get("/organisation", response={200: answers.OrganisationAnswer, **WRONG})
def organisation(request: TokenRequest) -> dict[str, Any]:
    """The organisation the token is for, and which day it is there."""
    with reading(request) as seen:
        asked_by(request, Nothing)
        return vars(seen)


@api.get("/aging", response={200: answers.AgingAnswer | answers.PortalAnswer, **WRONG})
def aging(request: TokenRequest, question: Query[AgingQuestion]) -> dict[str, Any]:
    """Who owes what, by how late it is, with totals per currency of all that matches."""
    with reading(request):
        asked, layout = asked_by(request, AgingQuestion), layout_in(request.GET)
        page = aging_page(
            as_of=asked.as_of,
            basis=asked.basis,
            edges=asked.edges,
            search=asked.search,
            currency=asked.currency,
            page=asked.page,
            size=sized(request.GET),
        )
        return answers.aging_answer(asked, page, layout=layout, fresh=freshness(at=timezone.now()))


@api.get("/invoices", response={200: answers.InvoicesAnswer, **WRONG})
def invoices(request: TokenRequest, question: Query[InvoicesQuestion]) -> dict[str, Any]:
    """Open invoices of a day; with `bucket`, what adds up to that figure of the aging."""
    with reading(request):
        asked = asked_by(request, InvoicesQuestion)
        customer = customer_of(asked.account) if asked.account else None
        if asked.account and customer is None:
            raise Refused(404, f"There is no account {asked.account} that this token may see.")
        page = invoices_page(
            as_of=asked.as_of,
            basis=asked.basis,
            edges=asked.edges,
            customer_id=customer,
            currency=asked.currency,
            bucket=asked.bucket,
            page=asked.page,
            size=sized(request.GET),
        )
        return answers.invoices_answer(asked, page, fresh=freshness(at=timezone.now()))


@api.get("/monthly", response={200: monthly_answers.MonthlyAnswer, **WRONG, 503: answers.Trouble})
def monthly(request: TokenRequest, question: Query[MonthlyQuestion]) -> dict[str, Any]:
    """Twelve months of debt or of open orders, a row per account and currency, by its number."""
    with reading(request) as seen:
        known_in(request, MonthlyQuestion)
        asked = monthly_answers.asked_in(request.GET, organisation=seen)
    with suppress(NotReady):  # others are at it, and have been for a while
        for _again in range(TRIES):
            ready(request.auth.viewer, through=asked.through)
            with suppress(NotReady), reading(request) as seen:
                months = window(seen.today, asked.through)
                assert months  # not later than today, as was asked above
                page = page_of(asked.question, months, after=asked.after, limit=asked.size)
                return monthly_answers.monthly_answer(
                    asked,
                    months,
                    page,
                    totals(asked.question, months),
                    fresh=freshness(at=timezone.now()),
                    settles_itself=seen.self_settling,
                )
    raise Refused(503, "The figures are being worked out; ask again.", {"Retry-After": "1"})


def _adds_sync(kind: str) -> None:
    def sync(request: TokenRequest) -> HttpResponse:
        return synced(request, kind)

    api.post(
        f"/sync/{kind}",
        response={200: SyncAnswer, **BRINGING},
        operation_id=f"sync_{kind}",
        url_name=f"sync-{kind}",
        summary=f"Bring {kind.replace('_', ' ')}",
        description=f"{KIND_WORDS[kind]} {SYNC_WORDS}",
        tags=["sync"],
        openapi_extra=described(kind),
    )(sync)


for each in KINDS:
    _adds_sync(each)


@api.exception_handler(Refused)
def refused(request: HttpRequest, why: Refused) -> HttpResponse:
    return JsonResponse({"detail": str(why)}, status=why.status, headers=why.headers)


@api.exception_handler(Unclear)
def unclear(request: HttpRequest, why: Unclear) -> HttpResponse:
    return JsonResponse({"detail": str(why)}, status=400)


@api.exception_handler(ValidationError)
def unreadable(request: HttpRequest, why: ValidationError) -> HttpResponse:
    return JsonResponse({"detail": "A parameter cannot be read; see openapi.json."}, status=400)


@api.exception_handler(Exception)
def failed(request: HttpRequest, why: Exception) -> HttpResponse:
    """A mistake of ours: the log has where, the answer has nothing of it."""
    log.error("%s %s failed", request.method, request.path, exc_info=why)
    message = "Something went wrong here. Nothing was changed; ask again in a moment."
    return JsonResponse({"detail": message}, status=500)


def no_kind(request: HttpRequest, kind: str) -> HttpResponse:
    message = f"There is no kind “{kind}” to sync; choose among: {', '.join(KINDS)}."
    return JsonResponse({"detail": message}, status=404)


def nowhere(request: HttpRequest, rest: str = "") -> HttpResponse:
    message = "There is no such address; openapi.json below /api/v1/ lists those there are."
    return JsonResponse({"detail": message}, status=404)
