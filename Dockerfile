# The guard in a container, for a machine of your own that is always on. docs/service.md says how it is run.
#
#     docker build -t risk-manager .
#
# Without a line to a package registry: `pip download -d wheels --require-hashes -r requirements/run.lock` elsewhere.
ARG BASE_IMAGE=python:3.13-slim
FROM ${BASE_IMAGE}

# wheels* is what was downloaded before, if anything.
COPY pyproject.toml README.md LICENSE requirements/run.lock wheels* /build/wheels/
COPY src /build/src
RUN set -eu; cd /build; mv wheels/pyproject.toml wheels/README.md wheels/LICENSE wheels/run.lock .; \
    if ls wheels/*.whl >/dev/null 2>&1; then from="--no-index --find-links wheels"; else from=""; fi; \
    python3 -m venv /opt/risk-manager; \
    pip="/opt/risk-manager/bin/pip install --no-cache-dir --disable-pip-version-check -q"; \
    $pip $from --require-hashes -r run.lock; \
    $pip --no-index --no-deps --no-build-isolation .; \
    rm -rf /build; \
    useradd --system --user-group --uid 10001 --no-create-home --home-dir /var/lib/risk-manager risk-manager; \
    install -d -m 0711 -o risk-manager -g risk-manager /var/lib/risk-manager

# Python writes nothing beside the program, and says what it has to say at once.
ENV PYTHONDONTWRITEBYTECODE=1 PYTHONUNBUFFERED=1 RISK_MANAGER_HOME=/var/lib/risk-manager PATH=/opt/risk-manager/bin:$PATH
USER 10001
VOLUME /var/lib/risk-manager
HEALTHCHECK --interval=30s --timeout=10s --start-period=60s CMD ["risk-manager", "status"]
ENTRYPOINT ["risk-manager"]
CMD ["run"]
