"""The entrance for a WSGI server."""

import os

from django.core.wsgi import get_wsgi_application

from anmin.lib.starting import loading

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
with loading():
    application = get_wsgi_application()
