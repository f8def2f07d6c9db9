"""A town counter for tests of its pages: staff who log in, a family that is known, its case where a test wants it."""

from django.core import signing
from django.test import Client
from django.urls import reverse

from anmin.console.keeping import SALT
from anmin.kernel.cases.intake.models import Draft
from anmin.kernel.cases.models import Case


def at(client, name, *args, **query):
    """A page of the console as text."""
    address = reverse(f"console:{name}", args=args)
    answer = client.get(address, query)
    assert answer.status_code == 200, (name, answer.status_code, answer.get("Location"))
    return answer.content.decode()


def logged_in(user):
    """A browser of somebody."""
    client = Client()
    client.force_login(user)
    return client


def begun(client, person, matter="dibao"):
    """A form that was begun for somebody; gives its token."""
    answer = client.post(reverse("console:intake_before", args=[person.pk]), {"matter": matter})
    assert answer.status_code == 302, answer.content.decode()
    return answer["Location"].rstrip("/").rsplit("/", 1)[-1]


def form_of(token, **written):
    """What the form's page sends, with what was written."""
    draft = Draft.objects.get(token=token)
    base = {
        "who": signing.dumps(draft.owner_id, salt=SALT),
        "seen": draft.version,
        "on_page": "1",
        "applicant": draft.content.get("applicant", ""),
        "what": "save",
    }
    return base | {"channel": "counter"} | written


def handed_in(client, token, **written):
    """The form handed in; gives the case."""
    given = form_of(token, what="submit", statement="家里有人重病，收入少", **written)
    answer = client.post(reverse("console:intake_form", args=[token]), given)
    assert answer.status_code == 302, answer.content.decode()
    return Case.objects.get(token=token)
