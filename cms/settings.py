"""Settings of every environment. What differs between machines comes from the environment: see .env.example."""

from datetime import timedelta
from typing import Any
from zoneinfo import available_timezones

from corsheaders.defaults import default_headers
from django.conf.locale import LANG_INFO
from django_guid.integrations import CeleryIntegration

from cms import env, sentry

BASE_DIR = env.BASE_DIR

# Security -------------------------------------------------------------------------------------------------------------

SECRET_KEY = env.text("SECRET_KEY")
DEBUG = env.flag("DEBUG", default=False)
# What looks after this server from the same machine asks by its address.
ALLOWED_HOSTS = [*env.items("ALLOWED_HOSTS", default=[]), "127.0.0.1", "localhost"]
CSRF_TRUSTED_ORIGINS = env.items("CSRF_TRUSTED_ORIGINS", default=[])
SESSION_COOKIE_HTTPONLY = True
HTTPS = env.flag("HTTPS", default=False)
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
SECURE_SSL_REDIRECT = HTTPS
SECURE_HSTS_SECONDS = 31_536_000 if HTTPS else 0
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if HTTPS else None
SECURE_REDIRECT_EXEMPT = [r"^health/", r"^metrics$"]
X_FRAME_OPTIONS = "SAMEORIGIN"
SILENCED_SYSTEM_CHECKS = [
    "security.W019",  # The admin shows its previews in frames of its own.
    # Whether all of a domain speaks HTTPS is for those to say whose domain it is.
    "security.W005",
    "security.W021",
]
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
PREVIEW_URL = env.text("PREVIEW_URL", default="")
"""The page of that website which shows a draft; empty where it has none, and drafts are shown in the house style."""
ADMIN_HOSTS = env.items("ADMIN_HOSTS", default=[])
"""Host names on which the newsroom's own programs are answered (/workflow/, /api/v3/); empty for all of them."""
WAGTAIL_API_V3 = env.flag("WAGTAIL_API_V3", default=False)
"""Whether programs of the newsroom may write pages by Wagtail's own API, at /api/v3/."""
CORS_ALLOWED_ORIGINS = env.items("CORS_ALLOWED_ORIGINS", default=[])
CORS_ALLOW_ALL_ORIGINS = env.flag("CORS_ALLOW_ALL_ORIGINS", default=False)
# Only what readers' frontends ask for. Programs of the newsroom itself run in no stranger's page.
CORS_URLS_REGEX = r"^/(api/v1|feeds|sitemaps)/.*$"
CORS_ALLOW_CREDENTIALS = False
CORS_ALLOW_METHODS = ("GET", "HEAD", "OPTIONS")
CORS_ALLOW_HEADERS = (*default_headers, "if-none-match", "if-modified-since", "x-request-id", "last-event-id")
CORS_EXPOSE_HEADERS = (
    "ETag",
    "Last-Modified",
    "Link",
    "X-Request-ID",
    "RateLimit",
    "RateLimit-Policy",
    "Retry-After",
    "WWW-Authenticate",
    "Deprecation",
    "Sunset",
)

# The application ------------------------------------------------------------------------------------------------------

INSTALLED_APPS = [
    # `cms` comes first: its command publish_scheduled takes the place of Wagtail's.
    "cms",
    "wagtail.contrib.redirects",
    "wagtail.contrib.settings",
    "wagtail.contrib.simple_translation",
    "wagtail.contrib.typed_table_block",
    "wagtail_headless_preview",
    # Brings the pages of tokens; its addresses are mounted only where WAGTAIL_API_V3 says so.
    "wagtail.api.v3",
    "wagtail.embeds",
    "wagtail.sites",
    "wagtail.locales",
    "workflows.people.PeopleConfig",
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
    "rest_framework_api_key",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "corsheaders",
    "django_guid",
    "django.contrib.postgres",
    "django.contrib.humanize",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    # `workflows` comes last: it takes the place of mail handlers that wagtail.admin connects when it is ready.
    "workflows",
    "api",
]
MIDDLEWARE = [
    "cms.request_ids.request_id_middleware",
    "django_guid.middleware.guid_middleware",
    "api.metrics.requests.measuring_middleware",
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
        "BACKEND": "django_redis.cache.RedisCache",
        "LOCATION": REDIS_URL,
        "KEY_PREFIX": "copydesk",
        # What is cached is found in PostgreSQL, too: the admin goes on without Redis.
        "OPTIONS": {"IGNORE_EXCEPTIONS": True, "SOCKET_CONNECT_TIMEOUT": 0.5, "SOCKET_TIMEOUT": 1},
    }
}
SESSION_ENGINE = "django.contrib.sessions.backends.db"

# Celery ---------------------------------------------------------------------------------------------------------------

CELERY_BROKER_URL = REDIS_URL
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "visibility_timeout": 3600,
    "socket_timeout": 5,
    "socket_connect_timeout": 1,
    # Whoever hands over a task asks twice at once; without these it would ask for six seconds. Workers go on asking.
    "max_retries": 1,
    "interval_start": 0,
    "interval_step": 0.1,
    "interval_max": 0.1,
}
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
    "api.preview.tasks.*": {"queue": "slow"},
    "api.webhooks.tasks.*": {"queue": "webhooks"},
    "api.feeds.tasks.*": {"queue": "webhooks"},
    "api.caching.tasks.*": {"queue": "purges"},
    "api.tasks.fetch_embed": {"queue": "slow"},
    # A new name is seen within a second or two, however much of the slow work waits.
    "api.tasks.reconcile_stories_*": {"queue": "shelf"},
    "api.tasks.reconcile_strays": {"queue": "slow"},
    "api.tasks.forget_unused_words": {"queue": "slow"},
    # Nor with notices: a mail server that does not answer holds a worker for seconds.
    "workflows.tasks.send_*": {"queue": "notices"},
    "workflows.tasks.forget_*": {"queue": "notices"},
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
    "tell subscribers": {
        "task": "api.webhooks.tasks.tell_subscribers",
        "schedule": timedelta(seconds=1),
        "options": {"expires": 5},
    },
    "tell the WebSub hub": {
        "task": "api.feeds.tasks.ping_hub",
        "schedule": timedelta(seconds=2),
        "options": {"expires": 5},
    },
    "forget old deliveries": {
        "task": "api.webhooks.tasks.forget_old_deliveries",
        "schedule": timedelta(hours=6),
        "options": {"expires": 3600},
    },
    "forget changes that are too old": {
        "task": "api.tasks.forget_old_changes",
        "schedule": timedelta(hours=6),
        "options": {"expires": 3600},
    },
    "forget words that nothing public has": {
        "task": "api.tasks.forget_unused_words",
        "schedule": timedelta(hours=24),
        "options": {"expires": 3600},
    },
    "give what absent people have to their desks": {
        "task": "workflows.tasks.give_back_of_absent",
        "schedule": timedelta(minutes=5),
        "options": {"expires": 250},
    },
    "send notices that are owed": {
        "task": "workflows.tasks.send_owed_notices",
        "schedule": timedelta(minutes=1),
        "options": {"expires": 50},
    },
    "tell of what is due": {
        "task": "workflows.tasks.send_deadlines",
        "schedule": timedelta(minutes=1),
        "options": {"expires": 50},
    },
    "send the daily digest": {
        "task": "workflows.tasks.send_digests",
        "schedule": timedelta(minutes=5),
        "options": {"expires": 250},
    },
    "forget answers to programs": {
        "task": "workflows.tasks.forget_kept_answers",
        "schedule": timedelta(hours=6),
        "options": {"expires": 3600},
    },
    "forget old notices": {
        "task": "workflows.tasks.forget_old_notices",
        "schedule": timedelta(hours=6),
        "options": {"expires": 3600},
    },
    "do what is owed": {
        "task": "cms.tasks.pay_owed",
        "schedule": timedelta(seconds=10),
        "options": {"expires": 8},
    },
    "prepare pictures that were missed": {
        "task": "cms.tasks.prepare_missed_images",
        "schedule": timedelta(minutes=1),
        "options": {"expires": 50},
    },
    "forget old previews": {
        "task": "api.preview.tasks.forget_old_previews",
        "schedule": timedelta(minutes=10),
        "options": {"expires": 500},
    },
    "relate stories that were missed": {
        "task": "api.related.tasks.rerank_missed",
        "schedule": timedelta(minutes=1),
        "options": {"expires": 50},
    },
    "write down clicks on related links": {
        "task": "api.related.tasks.store_clicks",
        "schedule": timedelta(minutes=1),
        "options": {"expires": 50},
    },
}
# The clock asks once: the next time is soon.
for _entry in CELERY_BEAT_SCHEDULE.values():
    _entry["options"]["retry"] = False
CELERY_BEAT_SCHEDULER = "cms.clock.Clock"
CLOCK_TASKS = ("workflows.tasks.release_due", "api.tasks.reconcile_due")
"""What the clock does itself while the broker is away, since readers would wait for it."""

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

# Notices --------------------------------------------------------------------------------------------------------------

CHAT_PRIVATE_ADDRESSES = env.flag("CHAT_PRIVATE_ADDRESSES", default=False)
"""Whether a desk's chat may be in a private network: a Mattermost in the house, or a test on this machine."""
DUE_SOON_MINUTES = env.number("DUE_SOON_MINUTES", default=60)
LATE_AFTER_MINUTES = env.number("LATE_AFTER_MINUTES", default=15)
ESCALATE_AFTER_MINUTES = env.number("ESCALATE_AFTER_MINUTES", default=60)
"""Before and after a due time: when whoever has the story is told, and when the head of the desk is."""
DIGEST_HOUR = env.number("DIGEST_HOUR", default=7)
"""From which hour of the newsroom's day the daily digest is sent."""
NOTICE_DAYS = env.number("NOTICE_DAYS", default=180)
"""How long notices are kept, in the inbox too."""

# Language and time ----------------------------------------------------------------------------------------------------

LANGUAGE_CODE = env.text("LANGUAGE_CODE", default="en-gb")
WAGTAILADMIN_PERMITTED_LANGUAGES = [("en-gb", "English"), ("de", "German"), ("fr", "French"), ("es", "Spanish")]
CONTENT_LANGUAGES = env.items("CONTENT_LANGUAGES", default=[LANGUAGE_CODE])
"""Codes of the languages in which stories are published. With one, the admin shows nothing of languages."""
_published_in = dict.fromkeys([LANGUAGE_CODE, *CONTENT_LANGUAGES])
LANGUAGES = [
    *({code: LANG_INFO[code]["name"] for code in _published_in} | dict(WAGTAILADMIN_PERMITTED_LANGUAGES)).items()
]
WAGTAIL_CONTENT_LANGUAGES = [(code, name) for code, name in LANGUAGES if code in _published_in]
WAGTAIL_I18N_ENABLED = len(WAGTAIL_CONTENT_LANGUAGES) > 1
TIME_ZONE = env.text("TIME_ZONE", default="UTC")
# Browsers do not know these two, and the page of the account then has no names for any time zone.
WAGTAIL_USER_TIME_ZONES = sorted(available_timezones() - {"localtime", "Factory"})
USE_I18N = True
USE_TZ = True

# Files ----------------------------------------------------------------------------------------------------------------

STATIC_URL = "/static/"
STATIC_ROOT = env.text("STATIC_ROOT", default=str(BASE_DIR / ".local" / "static"))
MEDIA_URL = "/media/"
PUBLIC_MEDIA_URL = env.text("PUBLIC_MEDIA_URL", default=f"{BASE_URL}{MEDIA_URL}").rstrip("/") + "/"
"""Where readers find `MEDIA_URL`; another address than BASE_URL's where a CDN is in front."""
MEDIA_ROOT = env.text("MEDIA_ROOT", default=str(BASE_DIR / ".local" / "media"))
MEDIA_S3_BUCKET = env.text("MEDIA_S3_BUCKET", default="")
MEDIA_S3_ENDPOINT_URL = env.text("MEDIA_S3_ENDPOINT_URL", default="")
MEDIA_S3_REGION = env.text("MEDIA_S3_REGION", default="")
MEDIA_S3_ACCESS_KEY = env.text("MEDIA_S3_ACCESS_KEY", default="")
MEDIA_S3_SECRET_KEY = env.text("MEDIA_S3_SECRET_KEY", default="")
MEDIA_S3_FOLDER = env.text("MEDIA_S3_FOLDER", default="")
"""The bucket of an S3-compatible store that keeps files instead of MEDIA_ROOT; empty for none."""
MEDIA_DELIVERY = env.choice(
    "MEDIA_DELIVERY", ["stream", "redirect"] if MEDIA_S3_BUCKET else ["stream", "nginx"], default="stream"
)
"""Who sends the bytes of a file that may be seen: this server, nginx that it tells to, or the store."""
MEDIA_NGINX_LOCATION = env.text("MEDIA_NGINX_LOCATION", default="/protected-media/")
"""The internal location of nginx that is MEDIA_ROOT."""
PLAIN_STATIC_FILES = env.flag("PLAIN_STATIC_FILES", default=DEBUG)
WHITENOISE_USE_FINDERS = WHITENOISE_AUTOREFRESH = PLAIN_STATIC_FILES
STORAGES: dict[str, dict[str, Any]] = {
    "default": {
        "BACKEND": "cms.storage.PictureBucket",
        "OPTIONS": {
            "bucket_name": MEDIA_S3_BUCKET,
            "endpoint_url": MEDIA_S3_ENDPOINT_URL or None,
            "region_name": MEDIA_S3_REGION or None,
            "access_key": MEDIA_S3_ACCESS_KEY or None,
            "secret_key": MEDIA_S3_SECRET_KEY or None,
            "location": MEDIA_S3_FOLDER,
        },
    }
    if MEDIA_S3_BUCKET
    else {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if PLAIN_STATIC_FILES
        else "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
}

# Wagtail --------------------------------------------------------------------------------------------------------------

WAGTAIL_SITE_NAME = "Copydesk"
WAGTAILADMIN_BASE_URL = BASE_URL
WAGTAILADMIN_RICH_TEXT_EDITORS = {"default": {"WIDGET": "cms.rich_text.NamedRichTextArea"}}
WAGTAIL_ALLOW_UNICODE_SLUGS = False
WAGTAIL_WORKFLOW_CANCEL_ON_PUBLISH = False
"""`workflows.receivers.on_published` ends the review of what was published, and of nothing else."""
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
WAGTAILDOCS_SERVE_METHOD = "serve_view"
WAGTAILSEARCH_BACKENDS = {"default": {"BACKEND": "wagtail.search.backends.database"}}
EMBED_PROVIDERS = env.items(
    "EMBED_PROVIDERS", default=["youtube", "vimeo", "soundcloud", "spotify", "datawrapper", "flourish", "reddit", "ted"]
)
"""Names of the services whose links may stand as embeds in a story: see cms/embeds.py."""
WAGTAILEMBEDS_FINDERS = [{"class": "cms.embeds.AllowedEmbedFinder"}]
TAGGIT_CASE_INSENSITIVE = True

# The API --------------------------------------------------------------------------------------------------------------

API_KEYS_REQUIRED = env.flag("API_KEYS_REQUIRED", default=False)
"""Whether the API answers only those who have a key. Feeds, sitemaps and the API's own documents stay open."""
API_KEY_ROTATION_HOURS = env.number("API_KEY_ROTATION_HOURS", default=24)
"""How long a former key works beside the new one, unless whoever replaces it says otherwise."""
QUOTA_PER_KEY = env.number("QUOTA_PER_KEY", default=6000)
"""How many requests a minute a key may make that has no quota of its own; 0 for any number."""
QUOTA_PER_ADDRESS = env.number("QUOTA_PER_ADDRESS", default=6000)
"""How many requests a minute one address may make without a key; 0 for any number."""
TRUSTED_PROXIES = env.number("TRUSTED_PROXIES", default=0)
"""How many proxies stand in front, each of which adds to X-Forwarded-For the address that it was asked from."""

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [],
    "DEFAULT_PERMISSION_CLASSES": [],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["rest_framework.parsers.JSONParser"],
    "DEFAULT_SCHEMA_CLASS": "api.v1.whole_document.DocumentedView",
    "EXCEPTION_HANDLER": "api.v1.problems.handle_exception",
    "URL_FORMAT_OVERRIDE": None,
    "UNAUTHENTICATED_USER": None,
    "NUM_PROXIES": TRUSTED_PROXIES,
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
    "PREPROCESSING_HOOKS": ["api.v1.whole_document.without_slashes"],
    # Enumerations stay where they are used, so that generated clients can tell blocks apart by `type`.
    "POSTPROCESSING_HOOKS": ["api.v1.whole_document.complete"],
}
API_CACHE_SECONDS = env.number("API_CACHE_SECONDS", default=60)
"""How long a shared cache may keep an answer of the API where none is told to forget."""
PURGE_TARGETS = env.items("PURGE_TARGETS", default=[])
"""Caches that are told to forget what has changed: see docs/features/caching.md."""
API_PURGED_CACHE_SECONDS = env.number("API_PURGED_CACHE_SECONDS", default=3600)
"""How long a shared cache may keep an answer where the caches are told to forget."""
if PURGE_TARGETS:
    CELERY_BEAT_SCHEDULE["tell caches what to forget"] = {
        "task": "api.caching.tasks.send_owed_purges",
        "schedule": timedelta(seconds=1),
        "options": {"expires": 5},
    }
COUNT_RELATED_CLICKS = env.flag("COUNT_RELATED_CLICKS", default=False)
"""Whether websites may report that a reader followed a related link."""

WEBHOOK_PRIVATE_ADDRESSES = env.flag("WEBHOOK_PRIVATE_ADDRESSES", default=False)
"""Whether webhooks may go to addresses of a private network."""

WEBHOOK_ROTATION_HOURS = env.number("WEBHOOK_ROTATION_HOURS", default=24)
"""How long a former secret signs beside the new one."""

WEBHOOK_LOG_DAYS = env.number("WEBHOOK_LOG_DAYS", default=30)
"""How long deliveries that are done with can be looked at and replayed."""

WEBSUB_HUB_URL = env.text("WEBSUB_HUB_URL", default="")
"""The WebSub hub that feeds name and that is told when they change; empty for none."""

STREAM_URL = env.text("STREAM_URL", default="")
"""Where the process `stream` answers, with the path; needed where no proxy leads there."""

STREAM_CLIENTS = env.number("STREAM_CLIENTS", default=1000)
"""How many connections one such process keeps open."""

STREAM_CLIENTS_PER_ADDRESS = env.number("STREAM_CLIENTS_PER_ADDRESS", default=20)
"""How many of them may come from one address; 0 for any number."""

STREAM_HEARTBEAT_SECONDS = env.number("STREAM_HEARTBEAT_SECONDS", default=15)
"""After how long without an event a comment is sent, so that nobody in between takes the connection for dead."""

STREAM_MINUTES = env.number("STREAM_MINUTES", default=60)
"""After how long a connection ends; browsers make another, which goes on where it stopped."""

API_CHANGES_DAYS = env.number("API_CHANGES_DAYS", default=90)
"""How long /changes/ remembers; a copy that was away for longer must start again."""

EMERGENCY_REVIEW_HOURS = env.number("EMERGENCY_REVIEW_HOURS", default=12)
"""Within how many hours a story that was released in an emergency must be reviewed."""
EMERGENCY_REQUEST_MINUTES = env.number("EMERGENCY_REQUEST_MINUTES", default=30)
"""How long a request for an emergency release waits for a second person."""

GUEST_LINK_DAYS = env.number("GUEST_LINK_DAYS", default=14)
"""How long a link to a draft may be open to a guest, at most."""

SEED_PASSWORD = env.text("SEED_PASSWORD", default="wexcombe-2026")
"""The password of every login that `seed_newsroom` makes."""

# Figures --------------------------------------------------------------------------------------------------------------

METRICS_TOKEN = env.text("METRICS_TOKEN", default="")
"""What a monitoring system shows to read /metrics; without one, only neighbours in a private network may."""
ACCESS_LOG = env.flag("ACCESS_LOG", default=False)
"""Whether each request is a line of the log."""

# Requests -------------------------------------------------------------------------------------------------------------

DJANGO_GUID = {
    "GUID_HEADER_NAME": "X-Request-ID",
    # It would take the place of the header that CORS_EXPOSE_HEADERS makes.
    "EXPOSE_HEADER": False,
    "INTEGRATIONS": [CeleryIntegration()],
}
"""One id from the request through the log, the refusal and the tasks that it starts."""

# Logs -----------------------------------------------------------------------------------------------------------------

LOG_FORMAT = env.choice("LOG_FORMAT", ["plain", "json"], default="plain")
"""Lines for people, or an object a line for a program that collects them."""
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "plain": {
            "()": "cms.logs.DiscreetFormatter",
            "fmt": "{asctime} {levelname} {name} [{request_id}]: {message}",
            "style": "{",
        },
        "json": {"()": "cms.logs.DiscreetJsonFormatter"},
    },
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": LOG_FORMAT}},
    "root": {"handlers": ["console"], "level": env.text("LOG_LEVEL", default="INFO")},
    "loggers": {
        "django": {"level": env.text("LOG_LEVEL", default="INFO")},
        "django.request": {"level": "ERROR"},
        "copydesk.access": {"level": "INFO"},
        # It writes a line for each request and each task.
        "django_guid": {"level": "ERROR"},
        "wagtail": {"level": "WARNING"},
        "celery.app.trace": {"level": "WARNING"},
        "celery.worker.strategy": {"level": "WARNING"},
        "celery.worker.request": {"level": "WARNING"},
        "PIL": {"level": "INFO"},
        "django_tasks": {"level": "WARNING"},
        "modelsearch": {"level": "WARNING"},
        # Its debug lines hold the path of what it asks for; the path of a chat webhook is its password.
        "urllib3": {"level": "INFO"},
    },
}
SENTRY_DSN = env.text("SENTRY_DSN", default="")
"""Where failures are reported to Sentry; empty for nowhere."""
SENTRY_ENVIRONMENT = env.text("SENTRY_ENVIRONMENT", default="production")
"""What Sentry calls this installation."""
if SENTRY_DSN:
    sentry.report_failures(SENTRY_DSN, environment=SENTRY_ENVIRONMENT)
