"""Pages that ask before something happens to many: what it does, one button, one way back."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render

from duebook.visibility.organisations import Refused
from duebook.web.platform.owners import OwnerRequest


@dataclass(frozen=True)
class Question:
    """`title` asks, `text` says what follows, `button` does it, `done` says so afterwards."""

    title: str
    text: str
    button: str
    done: str
    back: str
    danger: bool = True


def asked_first(request: OwnerRequest, question: Question, act: Callable[[], None]) -> HttpResponse:
    """The question; with POST the act itself. What is refused is said on the same page."""
    if request.method != "POST":
        return render(request, "platform/question.html", {"question": question})
    try:
        act()
    except Refused as refused:
        shown = {"question": question, "wrong": str(refused)}
        return render(request, "platform/question.html", shown, status=400)
    messages.success(request, question.done)
    return redirect(question.back)
