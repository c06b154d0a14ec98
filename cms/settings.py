"""Settings of every environment. What differs between machines comes from the environment: see .env.example."""

from datetime import timedelta
from typing import Any

from corsheaders.defaults import default_headers

from cms import env

BASE_DIR = env.BASE_DIR

# Security -------------------------------------------------------------------------------------------------------------

SECRET_KEY = env.text("SECRET_KEY")
DEBUG = env.flag("DEBUG", default=False)
ALLOWED_HOSTS = env.items("ALLOWED_HOSTS", default=["127.0.0.1", "localhost"])
CSRF_TRUSTED_ORIGINS = env.items("CSRF_TRUSTED_ORIGINS", default=[])
SESSION_COOKIE_HTTPONLY = True
HTTPS = env.flag("HTTPS", default=False)
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
SECURE_SSL_REDIRECT = HTTPS
SECURE_HSTS_SECONDS = 31_536_000 if HTTPS else 0
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if HTTPS else None
SECURE_REDIRECT_EXEMPT = [r"^health/"]
X_FRAME_OPTIONS = "SAMEORIGIN"
AUTH_USER_MODEL = "cms.User"
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "wagtailadmin_login"

# Where things are -----------------------------------------------------------------------------------------------------

BASE_URL = env.text("BASE_URL", default="http://127.0.0.1:8000").rstrip("/")
"""Where the admin and the API answer; used in mail and in the API's own links."""
FRONTEND_URL = env.text("FRONTEND_URL", default="http://127.0.0.1:3000").rstrip("/")
"""The website that shows the stories; `url` in the API is this and the story's path."""
CORS_ALLOWED_ORIGINS = env.items("CORS_ALLOWED_ORIGINS", default=[])
CORS_ALLOW_ALL_ORIGINS = env.flag("CORS_ALLOW_ALL_ORIGINS", default=False)
CORS_URLS_REGEX = r"^/(api|feeds|sitemaps)/.*$"
CORS_ALLOW_METHODS = ("GET", "HEAD", "OPTIONS")
CORS_ALLOW_HEADERS = (*default_headers, "if-none-match", "if-modified-since")
CORS_EXPOSE_HEADERS = ("ETag", "Last-Modified")

# The application ------------------------------------------------------------------------------------------------------

INSTALLED_APPS = [
    "wagtail.contrib.redirects",
    "wagtail.contrib.settings",
    "wagtail.contrib.typed_table_block",
    "wagtail.embeds",
    "wagtail.sites",
    "wagtail.users",
    "wagtail.snippets",
    "wagtail.documents",
    "wagtail.images",
    "wagtail.search",
    "wagtail.admin",
    "wagtail",
    "modelcluster",
    "taggit",
    "django_filters",
    "rest_framework",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "corsheaders",
    "django.contrib.postgres",
    "django.contrib.humanize",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    # Ours come last: `workflows` takes the place of mail handlers that wagtail.admin connects when it is ready.
    "cms",
    "workflows",
    "api",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "corsheaders.middleware.CorsMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]
ROOT_URLCONF = "cms.urls"
WSGI_APPLICATION = "cms.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.debug",
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    }
]
FORM_RENDERER = "django.forms.renderers.DjangoTemplates"
DATA_UPLOAD_MAX_NUMBER_FIELDS = 20_000
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# PostgreSQL and Redis -------------------------------------------------------------------------------------------------

DATABASE = env.database("DATABASE_URL")
DATABASE_POOL_SIZE = env.number("DATABASE_POOL_SIZE", default=0)
DATABASE["ATOMIC_REQUESTS"] = True
if DATABASE_POOL_SIZE:
    DATABASE.setdefault("OPTIONS", {})["pool"] = {"min_size": 1, "max_size": DATABASE_POOL_SIZE, "timeout": 10}
else:
    DATABASE["CONN_MAX_AGE"] = 60
    DATABASE["CONN_HEALTH_CHECKS"] = True
if _template := env.text("TEST_DATABASE_TEMPLATE", default=""):
    DATABASE["TEST"] = {"TEMPLATE": _template}
DATABASES = {"default": DATABASE}

REDIS_URL = env.text("REDIS_URL")
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": REDIS_URL,
        "KEY_PREFIX": "copydesk",
    }
}
SESSION_ENGINE = "django.contrib.sessions.backends.db"

# Celery ---------------------------------------------------------------------------------------------------------------

CELERY_BROKER_URL = REDIS_URL
CELERY_BROKER_TRANSPORT_OPTIONS = {"visibility_timeout": 3600, "socket_timeout": 5, "socket_connect_timeout": 1}
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_TASK_TIME_LIMIT = 600
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_MAX_TASKS_PER_CHILD = 2000
CELERY_TIMEZONE = "UTC"
# Releases share no queue with renditions and related links, so that a large import cannot make a story late.
CELERY_TASK_ROUTES = {
    "cms.tasks.*": {"queue": "slow"},
    "api.related.tasks.*": {"queue": "slow"},
    "api.tasks.fetch_embed": {"queue": "slow"},
    "api.tasks.reconcile_stories_*": {"queue": "slow"},
    "api.tasks.reconcile_strays": {"queue": "slow"},
}
CELERY_BEAT_SCHEDULE: dict[str, dict[str, Any]] = {
    "release what is due": {
        "task": "workflows.tasks.release_due",
        "schedule": timedelta(seconds=1),
        "options": {"expires": 5},
    },
    "show what has left its embargo, withdraw what has expired": {
        "task": "api.tasks.reconcile_due",
        "schedule": timedelta(seconds=1),
        "options": {"expires": 5},
    },
    "repair what no signal told of": {
        "task": "api.tasks.reconcile_strays",
        "schedule": timedelta(minutes=1),
        "options": {"expires": 50},
    },
    "send notices that are owed": {
        "task": "workflows.tasks.send_owed_notices",
        "schedule": timedelta(minutes=1),
        "options": {"expires": 50},
    },
    "prepare pictures that were missed": {
        "task": "cms.tasks.prepare_missed_images",
        "schedule": timedelta(minutes=1),
        "options": {"expires": 50},
    },
    "relate stories that were missed": {
        "task": "api.related.tasks.rerank_missed",
        "schedule": timedelta(minutes=1),
        "options": {"expires": 50},
    },
}

# Mail -----------------------------------------------------------------------------------------------------------------

_mail = env.email("EMAIL_URL", default="console:")
EMAIL_BACKEND = _mail["EMAIL_BACKEND"]
EMAIL_HOST = _mail["EMAIL_HOST"] or ""
EMAIL_PORT = _mail["EMAIL_PORT"] or 25
EMAIL_HOST_USER = _mail["EMAIL_HOST_USER"] or ""
EMAIL_HOST_PASSWORD = _mail["EMAIL_HOST_PASSWORD"] or ""
EMAIL_USE_TLS = bool(_mail.get("EMAIL_USE_TLS"))
EMAIL_USE_SSL = bool(_mail.get("EMAIL_USE_SSL"))
EMAIL_TIMEOUT = 10
DEFAULT_FROM_EMAIL = env.text("DEFAULT_FROM_EMAIL", default="Copydesk <copydesk@localhost>")

# Language and time ----------------------------------------------------------------------------------------------------

LANGUAGE_CODE = env.text("LANGUAGE_CODE", default="en-gb")
WAGTAIL_CONTENT_LANGUAGES = LANGUAGES = [("en-gb", "English"), ("de", "German"), ("fr", "French"), ("es", "Spanish")]
TIME_ZONE = env.text("TIME_ZONE", default="UTC")
USE_I18N = True
USE_TZ = True

# Files ----------------------------------------------------------------------------------------------------------------

STATIC_URL = "/static/"
STATIC_ROOT = env.text("STATIC_ROOT", default=str(BASE_DIR / ".local" / "static"))
MEDIA_URL = env.text("MEDIA_URL", default="/media/")
MEDIA_ROOT = env.text("MEDIA_ROOT", default=str(BASE_DIR / ".local" / "media"))
SERVE_MEDIA = env.flag("SERVE_MEDIA", default=DEBUG)
PLAIN_STATIC_FILES = env.flag("PLAIN_STATIC_FILES", default=DEBUG)
WHITENOISE_USE_FINDERS = WHITENOISE_AUTOREFRESH = PLAIN_STATIC_FILES
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if PLAIN_STATIC_FILES
        else "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
}

# Wagtail --------------------------------------------------------------------------------------------------------------

WAGTAIL_SITE_NAME = "Copydesk"
WAGTAILADMIN_BASE_URL = BASE_URL
WAGTAIL_I18N_ENABLED = False
WAGTAIL_ALLOW_UNICODE_SLUGS = False
WAGTAIL_WORKFLOW_CANCEL_ON_PUBLISH = True
WAGTAIL_FINISH_WORKFLOW_ACTION = "workflows.finish.do_not_publish"
WAGTAIL_ENABLE_UPDATE_CHECK = False
WAGTAIL_ENABLE_WHATS_NEW_BANNER = False
WAGTAIL_GRAVATAR_PROVIDER_URL = None
# Old addresses of stories are kept by the shelf, which knows whether readers may see the new one.
WAGTAILREDIRECTS_AUTO_CREATE = False
WAGTAILIMAGES_IMAGE_MODEL = "cms.NewsImage"
WAGTAILIMAGES_EXTENSIONS = ["avif", "gif", "jpg", "jpeg", "png", "webp"]
WAGTAILIMAGES_MAX_UPLOAD_SIZE = env.number("MAX_PICTURE_MEGABYTES", default=40) * 1024 * 1024
WAGTAILIMAGES_MAX_IMAGE_PIXELS = env.number("MAX_PICTURE_MEGAPIXELS", default=100) * 1_000_000
WAGTAILIMAGES_IMAGE_FORM_BASE = "cms.images.NewsImageForm"
WAGTAILIMAGES_FEATURE_DETECTION_ENABLED = False
WAGTAILSEARCH_BACKENDS = {"default": {"BACKEND": "wagtail.search.backends.database"}}
EMBED_PROVIDERS = env.items(
    "EMBED_PROVIDERS", default=["youtube", "vimeo", "soundcloud", "spotify", "datawrapper", "flourish", "reddit", "ted"]
)
"""Names of the services whose links may stand as embeds in a story: see cms/embeds.py."""
WAGTAILEMBEDS_FINDERS = [{"class": "cms.embeds.AllowedEmbedFinder"}]
TAGGIT_CASE_INSENSITIVE = True

# The API --------------------------------------------------------------------------------------------------------------

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [],
    "DEFAULT_PERMISSION_CLASSES": [],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["rest_framework.parsers.JSONParser"],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "EXCEPTION_HANDLER": "api.v1.problems.handle_exception",
    "URL_FORMAT_OVERRIDE": None,
    "UNAUTHENTICATED_USER": None,
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Copydesk",
    "VERSION": "1.0.0",
    "DESCRIPTION": "Published stories and related links, for websites and apps.",
    "OAS_VERSION": "3.1.1",
    "SERVE_INCLUDE_SCHEMA": False,
    "SCHEMA_PATH_PREFIX": r"/api/v1",
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "SERVERS": [{"url": "/"}],
    "COMPONENT_SPLIT_REQUEST": False,
    "COMPONENT_NO_READ_ONLY_REQUIRED": True,
    "ENUM_GENERATE_CHOICE_DESCRIPTION": False,
    "SERVE_URLCONF": "api.urls",
    # Enumerations stay where they are used, so that generated clients can tell blocks apart by `type`.
    "POSTPROCESSING_HOOKS": ["api.v1.documents.without_generator_marks"],
}
API_CACHE_SECONDS = env.number("API_CACHE_SECONDS", default=60)
"""How long a shared cache may keep an answer of the API."""

SEED_PASSWORD = env.text("SEED_PASSWORD", default="wexcombe-2026")
"""The password of every login that `seed_newsroom` makes."""

# Logs -----------------------------------------------------------------------------------------------------------------

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"plain": {"format": "{asctime} {levelname} {name}: {message}", "style": "{"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "plain"}},
    "root": {"handlers": ["console"], "level": env.text("LOG_LEVEL", default="INFO")},
    "loggers": {
        "django": {"level": env.text("LOG_LEVEL", default="INFO")},
        "django.request": {"level": "ERROR"},
        "wagtail": {"level": "WARNING"},
        "celery.app.trace": {"level": "WARNING"},
        "celery.worker.strategy": {"level": "WARNING"},
        "celery.worker.request": {"level": "WARNING"},
        "PIL": {"level": "INFO"},
        "django_tasks": {"level": "WARNING"},
        "modelsearch": {"level": "WARNING"},
    },
}
