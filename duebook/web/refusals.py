"""What cannot be done, said where it was asked for."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django import forms
from django.http import Http404

from duebook.visibility.guarded import NotThere
from duebook.visibility.organisations import Refused


@contextmanager
def said_in(form: forms.Form) -> Iterator[None]:
    """What is refused inside is an error of the form, after which it is shown again; what is not
    there is a 404.
    """
    try:
        yield
    except Refused as no:
        form.add_error(None, str(no))
    except forms.ValidationError as no:
        form.add_error(None, no)
    except NotThere as nothing:
        raise Http404 from nothing
