"""Django's settings. Every product rule lives in `duebook/`, none here."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from django.utils.translation import gettext_lazy as _

from duebook.database import logins, target

BASE_DIR = Path(__file__).resolve().parent.parent
DEBUG = os.environ.get("DUEBOOK_DEBUG") == "1"
# A demonstration keeps its letters and shows them on a page; it is never reachable from outside.
DEMO = os.environ.get("DUEBOOK_DEMO") == "1"
SECRET_KEY = target.derived("django")

# Where people reach this server. https there means: a proxy in front ends TLS and says so.
ADDRESS = os.environ.get("DUEBOOK_URL", "http://localhost:8000").rstrip("/")
IS_PUBLIC = ADDRESS.startswith("https://")
ALLOWED_HOSTS = ["localhost", "127.0.0.1", "[::1]", urlsplit(ADDRESS).hostname or ""]
ALLOWED_HOSTS += [host for host in os.environ.get("DUEBOOK_HOSTS", "").split(",") if host]

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    "allauth.usersessions",
    "ninja",
    "duebook",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "csp.middleware.CSPMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "duebook.web.account.sessions.SeenMiddleware",
    "duebook.visibility.middleware.ViewerMiddleware",
]
ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"
TEMPLATES: list[dict[str, Any]] = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "duebook/web/templates"],
        "APP_DIRS": True,  # what of the accounts' pages is not ours stands beside their code
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "duebook.web.context.page",
            ],
            "builtins": [
                "duebook.web.templatetags.figures",
                "duebook.web.templatetags.fields",
                "duebook.web.templatetags.frame",
            ],
            "libraries": {
                "figures": "duebook.web.templatetags.figures",
                "fields": "duebook.web.templatetags.fields",
                "frame": "duebook.web.templatetags.frame",
                "imports": "duebook.web.templatetags.imports",
                "portal": "duebook.web.templatetags.portal",
                "customers": "duebook.web.templatetags.customers",
                "disputes": "duebook.web.templatetags.disputes",
            },
        },
    }
]

# `default` is the door: sign-in alone. `ledger` is the application: organisations alone.
# `worker` may also stage files. `migrator` changes the schema and is used by `migrate` only.
DATABASES = logins.databases()
DATABASE_ROUTERS = ["duebook.visibility.router.Router"]
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

AUTH_USER_MODEL = "duebook.Login"
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 12},
    },
    {"NAME": "duebook.web.account.passwords.Guessable"},
]
PASSWORD_RESET_TIMEOUT = 4 * 3600
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "home"
LOGOUT_REDIRECT_URL = "account_login"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]

ACCOUNT_ADAPTER = "duebook.web.account.adapter.AccountAdapter"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*", "password2*"]
ACCOUNT_EMAIL_VERIFICATION = "none"  # people come by invitation, which proves the address
ACCOUNT_CHANGE_EMAIL = True
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False
ACCOUNT_EMAIL_CONFIRMATION_EXPIRE_DAYS = 1
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_REAUTHENTICATION_REQUIRED = True
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_DEFAULT_HTTP_PROTOCOL = "https" if IS_PUBLIC else "http"
# None: counted in duebook/web/account/attempts.py, where strangers lock nobody out.
ACCOUNT_RATE_LIMITS: dict[str, str | None] = {
    "login": None,
    "login_failed": None,
    "reset_password": "20/m/ip",  # nosec B105  # a limit
    "confirm_email": "3/h/key",
}
ALLAUTH_TRUSTED_PROXY_COUNT = int(os.environ.get("DUEBOOK_PROXIES", "1" if IS_PUBLIC else "0"))
MFA_ADAPTER = "duebook.web.account.adapter.SecondFactorAdapter"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_ALLOW_UNVERIFIED_EMAIL = True  # the present address is proved; only one that is to come is not
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_RATE_LIMITS = {"webauthn_login": "120/m/ip"}  # nothing there can be guessed
MFA_TOTP_ISSUER = "Duebook"
MFA_TOTP_TOLERANCE = 1  # clocks differ, and people need a moment to type
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = not IS_PUBLIC  # localhost
SOCIALACCOUNT_ADAPTER = "duebook.web.account.provider.ProviderAdapter"
SOCIALACCOUNT_STORE_TOKENS = False

# Counters of attempts are shared by all processes; a process's own is for what may be asked again.
CACHES = {
    "default": {
        "BACKEND": "duebook.web.account.cache.DoorCache",
    },
    "process": {
        "BACKEND": "django.core.cache.backends.locmem.LocMemCache",
        "OPTIONS": {"MAX_ENTRIES": 10_000},
    },
}

# Folders below which connectors may look for files: of each organisation in one named as it is.
FOLDERS = [Path(each) for each in os.environ.get("DUEBOOK_FOLDERS", "").split(os.pathsep) if each]
# Hosts of the network behind that may be asked for data, over http too; separated by commas.
INSIDE = frozenset(each for each in os.environ.get("DUEBOOK_INSIDE", "").split(",") if each)

# Letters wait at the door until the worker has delivered them (duebook/post).
EMAIL_BACKEND = "duebook.post.outbox.Outbox"
# smtp://user:password@host:587 or smtps://...:465; a demonstration sends nothing.
DELIVERY = "" if DEMO else os.environ.get("DUEBOOK_SMTP", "")
DEFAULT_FROM_EMAIL = os.environ.get("DUEBOOK_FROM", "Duebook <duebook@localhost>")

LANGUAGE_CODE = "en"
LANGUAGES = [("en", _("English")), ("he", _("Hebrew"))]
LOCALE_PATHS = [BASE_DIR / "duebook/locale"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "UTC"

STATIC_URL = "static/"
STATICFILES_DIRS = [BASE_DIR / "duebook/web/static"]
# Files are served as they stand in the package: no collecting step, nothing to forget.
WHITENOISE_USE_FINDERS = True
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "duebook.web.assets.Assets"},
}

# Files go to the disk piece by piece, and only where a page takes files.
FILE_UPLOAD_HANDLERS = ["duebook.web.intake.receiving.Receiving"]
DATA_UPLOAD_MAX_NUMBER_FIELDS = 5_000  # how a ZIP of a hundred tables is read is one form
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"  # not in a cookie
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_AGE = 14 * 24 * 3600
CSRF_COOKIE_HTTPONLY = True
CSRF_COOKIE_SAMESITE = "Lax"
CSRF_FAILURE_VIEW = "duebook.web.platform.errors.forged"
LANGUAGE_COOKIE_HTTPONLY = True
LANGUAGE_COOKIE_SAMESITE = "Lax"
X_FRAME_OPTIONS = "DENY"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
if IS_PUBLIC:
    SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = LANGUAGE_COOKIE_SECURE = True
    SESSION_COOKIE_NAME = "__Host-session"
    CSRF_COOKIE_NAME = "__Host-csrf"
    LANGUAGE_COOKIE_NAME = "__Host-language"
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    SECURE_SSL_REDIRECT = True
    CSRF_TRUSTED_ORIGINS = [ADDRESS]
    SECURE_HSTS_SECONDS = 365 * 24 * 3600
    SECURE_HSTS_INCLUDE_SUBDOMAINS = True
    SECURE_HSTS_PRELOAD = True

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'none'"],
        "script-src": ["'self'"],
        "style-src": ["'self'"],
        "img-src": ["'self'", "data:"],
        "font-src": ["'self'"],
        "connect-src": ["'self'"],
        "form-action": ["'self'"],
        "base-uri": ["'none'"],
        "frame-ancestors": ["'none'"],
        "manifest-src": ["'self'"],
    }
}

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"plain": {"()": "duebook.web.logs.WithoutRows"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "plain"}},
    "loggers": {
        "django": {"handlers": ["console"], "level": "ERROR", "propagate": False},
        "duebook": {"handlers": ["console"], "level": "INFO", "propagate": False},
        "procrastinate": {"handlers": ["console"], "level": "ERROR", "propagate": False},
    },
}
