# One image for web, worker and beat. It runs as a normal user and holds no secret.
FROM python:3.13-slim
# The commit of this build, for the trail and the pages: docker compose build --build-arg ENDPOINT_COMMIT=$(git rev-parse HEAD)
ARG ENDPOINT_COMMIT=
ENV ENDPOINT_COMMIT=$ENDPOINT_COMMIT
ENV PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 ENDPOINT_STATIC_ROOT=/srv/static
WORKDIR /srv/endpoint
COPY requirements.txt .
RUN pip install --no-cache-dir -r requirements.txt && useradd --system --uid 10001 endpoint && \
    install -d -o endpoint -m 700 /backups
COPY . .
# Only collects files: the address and the secret stand for nothing and stay in this one line.
RUN DATABASE_URL=postgresql://none@none/none ENDPOINT_ENV=production ENDPOINT_HOSTS=none \
    ENDPOINT_SECRET_KEY=$(python -c "print('build' * 12)") python manage.py collectstatic --noinput
USER endpoint
EXPOSE 8000
CMD ["gunicorn", "trial.wsgi", "-b", "0.0.0.0:8000", "-k", "trial.runtime.web_worker.PatientWorker", "-w", "2", "--threads", "8", "--no-control-socket"]
