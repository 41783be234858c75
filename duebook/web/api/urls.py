"""The addresses below /api/v1/. Nothing of them is kept by anybody in between."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import URLPattern, path
from django.views.decorators.csrf import csrf_exempt

from duebook.web.api.views import api, no_kind, nowhere

View = Callable[..., HttpResponse]


def finished(view: View) -> View:
    """Every answer is for the asker alone, and what may not be done is said as JSON too."""

    @wraps(view)
    def answered(request: HttpRequest, *args: object, **named: object) -> HttpResponse:
        answer = view(request, *args, **named)
        if answer.status_code == 405:
            allowed = answer.get("Allow", "GET")
            message = f"{request.method} is not possible here; ask with {allowed}."
            answer = JsonResponse({"detail": message}, status=405, headers={"Allow": allowed})
        answer["Cache-Control"] = "no-store"
        return answer

    return answered


def _patterns() -> list[URLPattern]:
    """Ninja's own but the bare address, which is only there for its name."""
    made = [each for each in api.urls[0] if isinstance(each, URLPattern)]
    made = [each for each in made if each.name != "api-root"]
    for pattern in made:
        pattern.callback = finished(pattern.callback)
    return made


app_name = "api"
urlpatterns = [
    *_patterns(),
    path("sync/<str:kind>", csrf_exempt(finished(no_kind)), name="sync"),
    path("", csrf_exempt(finished(nowhere)), name="api-root"),
    path("<path:rest>", csrf_exempt(finished(nowhere))),
]
