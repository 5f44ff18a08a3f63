# One image for web, worker and beat. It runs as a normal user and holds no secret: .dockerignore leaves .env out.
# For a base that cannot change under its name, build with --build-arg PYTHON=python:3.13-slim@sha256:….
ARG PYTHON=python:3.13-slim
FROM ${PYTHON} AS product
# The commit of this build, for the trail and the pages: docker compose build --build-arg ENDPOINT_COMMIT=$(git rev-parse HEAD)
ARG ENDPOINT_COMMIT=
ENV ENDPOINT_COMMIT=$ENDPOINT_COMMIT
ENV PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 ENDPOINT_STATIC_ROOT=/srv/static
WORKDIR /srv/endpoint
COPY requirements.txt .
RUN pip install --no-cache-dir --require-hashes -r requirements.txt && useradd --system --uid 10001 endpoint && \
    install -d -o endpoint -m 700 /backups /files /schedule
COPY manage.py run.py pyproject.toml LICENSE README.md ./
COPY trial trial
COPY capture capture
COPY analysis analysis
COPY templates templates
COPY docs docs
# Only collects files: the address and the secret stand for nothing and stay in this one line.
RUN DATABASE_URL=postgresql://none@none/none ENDPOINT_ENV=production ENDPOINT_HOSTS=none \
    ENDPOINT_SECRET_KEY=$(python -c "print('build' * 12)") python manage.py collectstatic --noinput
USER endpoint
EXPOSE 8000
CMD ["gunicorn", "trial.wsgi", "-b", "0.0.0.0:8000", "-k", "trial.runtime.web_worker.PatientWorker", "-w", "2", "--threads", "8", "--no-control-socket"]

# The same files, Python and packages with the tests beside them: what is qualified here is what runs.
FROM product AS qualification
USER root
RUN apt-get update -qq && apt-get install -y -qq --no-install-recommends chromium git && rm -rf /var/lib/apt/lists/*
COPY tests/requirements.txt tests/requirements.txt
RUN pip install --no-cache-dir --require-hashes -r tests/requirements.txt
COPY tests tests
COPY docker-compose.yml Dockerfile .dockerignore .gitignore ./
# The tests keep what they find beside the program; their database server runs as this user.
RUN chown -R endpoint /srv/endpoint && install -d -o endpoint -m 700 /reports
ENV ENDPOINT_TESTS_INSTALLED=yes
USER endpoint
CMD ["python", "manage.py", "validation_report", "/reports/report.html", "/reports/report.pdf"]

FROM product
