"""The web server's way in. The Celery app is loaded too, so that saves can wake the worker.

It does not serve when the record is not guarded (`trial.audit.triggers_check`).
"""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "trial.settings")

from trial.celery import celery_app  # noqa: E402,F401

application = get_wsgi_application()

from trial.audit import triggers_check  # noqa: E402  the applications are loaded by now

triggers_check.refuse_to_start()
