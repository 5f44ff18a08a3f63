"""Settings of the one Django project. Everything that differs between machines comes from the environment.

Without DATABASE_URL the embedded PostgreSQL of `trial.runtime` is used through its unix socket.
Raises ImproperlyConfigured when production is asked for with a missing secret or no host names.
"""

import json
import os
import tempfile
from pathlib import Path

from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured

from trial.runtime import addresses, mail

BASE_DIR = Path(__file__).resolve().parent.parent
PRODUCTION = os.environ.get("ENDPOINT_ENV") == "production"
EMBEDDED = "DATABASE_URL" not in os.environ

DEBUG = False
SECRET_KEY = os.environ.get("ENDPOINT_SECRET_KEY") or ("" if PRODUCTION else addresses.embedded_secret())
ALLOWED_HOSTS = [name for name in os.environ.get("ENDPOINT_HOSTS", "").split(",") if name]
if PRODUCTION and (len(SECRET_KEY) < 50 or not ALLOWED_HOSTS):
    raise ImproperlyConfigured("Production needs ENDPOINT_SECRET_KEY (50 characters or more) and ENDPOINT_HOSTS.")
# The second factor and the idle lock. Off in the embedded demo, so that its printed sign-ins are enough.
SECOND_FACTOR = os.environ.get("ENDPOINT_SECOND_FACTOR", "on" if PRODUCTION else "off") == "on"
IDLE_MINUTES = int(os.environ.get("ENDPOINT_IDLE_MINUTES", "15"))
if PRODUCTION and not SECOND_FACTOR:
    raise ImproperlyConfigured("Production needs two-factor authentication: set ENDPOINT_SECOND_FACTOR=on.")
# Whether entry is refused without a recorded, current training for the role.
TRAINING = os.environ.get("ENDPOINT_TRAINING", "off") == "on"
# How many proxies of ours stand before the program: so many addresses at the end of X-Forwarded-For were written by
# them. With none, whatever a sender forwards is the sender's own word and is ignored.
TRUSTED_PROXIES = int(os.environ.get("ENDPOINT_TRUSTED_PROXIES") or "0")
if not 0 <= TRUSTED_PROXIES <= 5:
    raise ImproperlyConfigured("ENDPOINT_TRUSTED_PROXIES is the number of your proxies, 0 to 5.")
# Single sign-on by an OpenID Connect provider; off without an issuer. second_factor: values of `acr` or `amr`.
OIDC = {name: os.environ.get(f"ENDPOINT_OIDC_{name.upper()}", "") for name in ("issuer", "client", "secret", "name")}
OIDC["name"] = OIDC["name"] or "hospital account"
OIDC["second_factor"] = set(os.environ.get("ENDPOINT_OIDC_SECOND_FACTOR", "").split(",")) - {""}  # type: ignore[assignment]
if OIDC["issuer"] and not (OIDC["client"] and OIDC["secret"]):
    raise ImproperlyConfigured("ENDPOINT_OIDC_ISSUER needs ENDPOINT_OIDC_CLIENT and ENDPOINT_OIDC_SECRET.")
if OIDC["issuer"] and PRODUCTION and not OIDC["issuer"].startswith("https://"):
    raise ImproperlyConfigured("ENDPOINT_OIDC_ISSUER begins with https://.")
if not 1 <= IDLE_MINUTES <= 120:
    raise ImproperlyConfigured("ENDPOINT_IDLE_MINUTES lies between 1 and 120.")
ALLOWED_HOSTS = ALLOWED_HOSTS or ["127.0.0.1", "localhost", "testserver"]
CSRF_TRUSTED_ORIGINS = [f"https://{name}" for name in ALLOWED_HOSTS] if PRODUCTION else []

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "crispy_forms",
    "crispy_bootstrap5",
    "django_htmx",
    "csp",
    "axes",
    "django_otp",
    "django_otp.plugins.otp_totp",
    "django_otp.plugins.otp_static",
    "trial",
    "capture",
    "analysis",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "trial.accounts.middleware.Readable",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "trial.accounts.request_size.SizeOfRequest",
    "trial.accounts.middleware.ReadableForm",
    "django_otp.middleware.OTPMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "csp.middleware.CSPMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "trial.accounts.middleware.StatedRule",
    "trial.accounts.middleware.SigningIn",
    "axes.middleware.AxesMiddleware",
    "capture.entry.drafts.DraftsGoWithTheSave",
    "capture.entry.resending.SavedOnce",
]
ROOT_URLCONF = "trial.urls"
WSGI_APPLICATION = "trial.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "builtins": ["trial.templatetags.site_time"],
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    },
]

_DATABASE = addresses.database()
# The pool of a process is larger than its eight web threads, so that readers never wait for a slow writer.
# No ATOMIC_REQUESTS: a writer validates first and holds the record's lock for milliseconds only.
DATABASES = {
    "default": {
        **_DATABASE,
        "CONN_MAX_AGE": 0,
        "CONN_HEALTH_CHECKS": False,  # `trial.runtime.database` tests each before it is used
        "ATOMIC_REQUESTS": False,
        "OPTIONS": {
            **_DATABASE["OPTIONS"],
            "pool": {"min_size": 1, "max_size": 10, "timeout": 5, "reconnect_timeout": 5},
        },
    }
}
# Backups. On real servers the folder is named, so that one on the wrong disk is nobody's accident.
_BACKUPS = os.environ.get("ENDPOINT_BACKUPS") or (str(addresses.DATA / "backups") if EMBEDDED else "")
BACKUPS = Path(_BACKUPS).absolute() if _BACKUPS else None
BACKUPS_KEPT_DAYS = int(os.environ.get("ENDPOINT_BACKUPS_KEPT", "30"))
if BACKUPS_KEPT_DAYS < 1:
    raise ImproperlyConfigured("ENDPOINT_BACKUPS_KEPT is a number of days, 1 or more.")
# Archives and the files of imports, until they are a day old. Every web process and machine must reach the same: a
# folder that they share, or another storage of Django, as JSON with BACKEND and OPTIONS.
_FILES = addresses.DATA / "files" if EMBEDDED else Path(tempfile.gettempdir()) / "endpoint-files"
_FOLDER = {"location": str(Path(os.environ.get("ENDPOINT_FILES") or _FILES).absolute()),
           "directory_permissions_mode": 0o700, "file_permissions_mode": 0o600}  # fmt: skip
KEPT_FILES = json.loads(os.environ.get("ENDPOINT_FILES_STORAGE") or "null") or {
    "BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": _FOLDER}  # fmt: skip
# Where the newest seals go each night: an email address, and a time-stamping authority with the certificates it is
# trusted by (PEM).
SEALS_MAIL = os.environ.get("ENDPOINT_SEALS_MAIL", "")
TSA = {"url": os.environ.get("ENDPOINT_TSA_URL", ""), "roots": os.environ.get("ENDPOINT_TSA_CERTIFICATES", "")}
if TSA["url"] and not Path(TSA["roots"]).is_file():
    raise ImproperlyConfigured("ENDPOINT_TSA_URL needs ENDPOINT_TSA_CERTIFICATES, a file of certificates (PEM).")
DRILL_DATABASE_URL = os.environ.get("ENDPOINT_DRILL_DATABASE_URL", "")
# Mail: the daily digest of expedited reports, the only thing that is sent.
_MAIL_URL = os.environ.get("ENDPOINT_MAIL_URL", "")
MAIL_IS_SENT = bool(_MAIL_URL)
globals().update(mail.settings_of(_MAIL_URL, addresses.DATA / "mail" if EMBEDDED else None))  # EMAIL_…
DEFAULT_FROM_EMAIL = os.environ.get("ENDPOINT_MAIL_FROM", "endpoint@localhost")
_OWN_ADDRESS = f"https://{ALLOWED_HOSTS[0]}" if PRODUCTION else "http://127.0.0.1:8000"
PUBLIC_ADDRESS = (os.environ.get("ENDPOINT_URL") or _OWN_ADDRESS).rstrip("/")
# Where people practice: an installation of its own, started by `run.py practice`, with a database of its own.
PRACTICE = os.environ.get("ENDPOINT_PRACTICE", "off") == "on"
PRACTICE_ADDRESS = os.environ.get("ENDPOINT_PRACTICE_URL", "")
if PRACTICE and (PRODUCTION or not EMBEDDED):
    raise ImproperlyConfigured("ENDPOINT_PRACTICE is set by run.py practice alone.")
if PRACTICE_ADDRESS and not PRACTICE_ADDRESS.startswith(("https://", "http://")):
    raise ImproperlyConfigured("ENDPOINT_PRACTICE_URL begins with https:// or http://.")
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

AUTH_USER_MODEL = "trial.Person"
LOGIN_URL = "sign_in"
LOGIN_REDIRECT_URL = "home"
AUTHENTICATION_BACKENDS = ["axes.backends.AxesStandaloneBackend", "django.contrib.auth.backends.ModelBackend"]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
_VALIDATORS = "django.contrib.auth.password_validation"
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"{_VALIDATORS}.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": f"{_VALIDATORS}.NumericPasswordValidator"},
    {
        "NAME": f"{_VALIDATORS}.UserAttributeSimilarityValidator",
        "OPTIONS": {"user_attributes": ("username", "full_name")},
    },
    # Twenty thousand passwords known from breaches, shipped with Django.
    {"NAME": f"{_VALIDATORS}.CommonPasswordValidator"},
    {"NAME": "trial.accounts.security.passwords.NotUsedBefore"},
]
OTP_TOTP_ISSUER = "Endpoint"
# By username and address together: an attacker elsewhere cannot lock a colleague out. What one address may fail in
# all: trial.accounts.security.sign_ins.
AXES_FAILURE_LIMIT = 5
AXES_COOLOFF_TIME = 0.25  # hours
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_RESET_ON_SUCCESS = False  # a password without its code forgives nothing: see trial.accounts.security.proof
AXES_HTTP_RESPONSE_CODE = 429
AXES_VERBOSE = False
AXES_CLIENT_IP_CALLABLE = "trial.accounts.security.sign_ins.address_of"

SESSION_COOKIE_HTTPONLY = True
PERSON_COOKIE_NAME = "endpoint_person"  # trial.accounts.security.kept_forms
if PRACTICE:  # a browser keeps one cookie for all ports of a machine
    SESSION_COOKIE_NAME, CSRF_COOKIE_NAME, PERSON_COOKIE_NAME = "practice_session", "practice_csrf", "practice_person"
    MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_AGE = 8 * 60 * 60  # one working day
CSRF_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_HTTPONLY = False
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = PRODUCTION
SECURE_SSL_REDIRECT = PRODUCTION
SECURE_REDIRECT_EXEMPT = [r"^status/live$"]
SECURE_HSTS_SECONDS = 31_536_000 if PRODUCTION else 0
# The name is one of the hospital's: what holds for its other names is for the hospital to decide.
_HSTS = os.environ.get("ENDPOINT_HSTS") or "host"
if _HSTS not in ("host", "subdomains", "preload"):
    raise ImproperlyConfigured("ENDPOINT_HSTS is host, subdomains or preload.")
SILENCED_SYSTEM_CHECKS = ["security.W005", "security.W021"]  # which ask for both
SECURE_HSTS_INCLUDE_SUBDOMAINS = PRODUCTION and _HSTS != "host"
SECURE_HSTS_PRELOAD = PRODUCTION and _HSTS == "preload"
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if PRODUCTION and TRUSTED_PROXIES else None
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "object-src": [NONE],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
        "form-action": [SELF],
    }
}

LANGUAGE_CODE = "en-us"
TIME_ZONE = "UTC"
USE_TZ = True
USE_I18N = True
STATIC_URL = "/static/"
STATIC_ROOT = Path(os.environ.get("ENDPOINT_STATIC_ROOT", BASE_DIR / ".data" / "static"))
# Embedded mode serves straight from the apps, so that no collectstatic step can be forgotten.
WHITENOISE_USE_FINDERS = not PRODUCTION
_STATIC = "CompressedManifestStaticFilesStorage" if PRODUCTION else "CompressedStaticFilesStorage"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "kept": KEPT_FILES,
    "staticfiles": {"BACKEND": f"whitenoise.storage.{_STATIC}"},
}
FORM_RENDERER = "trial.drawing.form_layout.Renderer"
CRISPY_ALLOWED_TEMPLATE_PACKS = CRISPY_TEMPLATE_PACK = "bootstrap5"

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"class": "trial.runtime.log_format.WithoutWords", "style": "{",
                            "format": "{asctime} {levelname} {name} {message}"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": "INFO"},
}
