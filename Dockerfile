# One image for every process: docker run copydesk web, worker, slow, hooks, stream or beat.
# With Sentry and OpenTelemetry in it: docker build --build-arg REQUIREMENTS=requirements-observed.txt .

FROM python:3.12-slim-bookworm AS build
ARG REQUIREMENTS=requirements.txt
COPY requirements.txt requirements-observed.txt /build/
RUN python -m venv /venv \
    && /venv/bin/pip install --no-cache-dir --disable-pip-version-check --no-deps --require-hashes -r "/build/$REQUIREMENTS"
COPY . /app
WORKDIR /app
# These three are needed to read the settings, and are in no later layer.
RUN SECRET_KEY=build DATABASE_URL=postgresql://build@127.0.0.1/build REDIS_URL=redis://127.0.0.1/0 STATIC_ROOT=/app/static \
    /venv/bin/python manage.py collectstatic --noinput --verbosity 0 \
    && /venv/bin/python -m compileall -q cms workflows api

FROM python:3.12-slim-bookworm
RUN useradd --system --uid 10001 --user-group --no-create-home --home-dir /app copydesk \
    && install -d -o copydesk -g copydesk /var/lib/copydesk/media /app/.local
COPY --from=build /venv /venv
COPY --from=build /app /app
ENV PATH=/venv/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    READ_DOTENV=0 \
    STATIC_ROOT=/app/static \
    MEDIA_ROOT=/var/lib/copydesk/media \
    BIND=0.0.0.0
WORKDIR /app
USER copydesk
EXPOSE 8000 8001
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=5s --start-period=60s --retries=3 \
    CMD ["python", "-c", "from urllib.request import urlopen; urlopen('http://127.0.0.1:8000/health/ready', timeout=4)"]
ENTRYPOINT ["/app/deploy/run"]
CMD ["web"]
