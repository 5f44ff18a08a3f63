"""The web server's way in. The Celery app is loaded too, so that saves can wake the worker.

It does not serve when the record is not guarded (`trial.spine_in_place`).
"""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "trial.settings")

from trial.celery import celery_app  # noqa: E402,F401

application = get_wsgi_application()

from trial import serving, spine_in_place  # noqa: E402  the applications are loaded by now

spine_in_place.refuse_to_start()
serving.begins.send(sender=None)
