# SPDX-License-Identifier: AGPL-3.0-or-later
# One image for all commands: `tramite serve`, `worker`, `migrate`, `sandbox`.
FROM rust:1.95-slim-bookworm AS build
RUN apt-get update \
    && apt-get install --yes --no-install-recommends build-essential ca-certificates \
    && rm -rf /var/lib/apt/lists/*
WORKDIR /build
COPY . .
RUN cargo build --profile dist --locked --package tramite

FROM debian:bookworm-slim
COPY --from=build /etc/ssl/certs/ca-certificates.crt /etc/ssl/certs/ca-certificates.crt
COPY --from=build /build/target/dist/tramite /usr/local/bin/tramite
COPY --from=build /build/LICENSE /usr/share/doc/tramite/LICENSE
# Numbers, so that a cluster can prove that it is not root.
USER 10001:10001
WORKDIR /tmp
# Inside a container the listeners must be reachable from outside of it; what is published is decided there.
ENV TRAMITE_LISTEN=0.0.0.0:8080 \
    TRAMITE_PRIVATE_LISTEN=0.0.0.0:8081 \
    TRAMITE_PUBLIC=true
EXPOSE 8080 8081
STOPSIGNAL SIGTERM
# Bash opens the connection itself: no curl, whose library and updates the image would carry for this line alone.
# Readiness includes the database. Commands other than `serve` switch this check off (docker-compose.yml).
HEALTHCHECK --interval=10s --timeout=3s --start-period=20s --retries=3 CMD ["bash", "-c", \
    "exec 3<>/dev/tcp/127.0.0.1/${TRAMITE_PRIVATE_LISTEN##*:} && printf 'GET /health/ready HTTP/1.0\\r\\nHost: localhost\\r\\n\\r\\n' >&3 && read -r _ code _ <&3 && [ \"$code\" = 200 ]"]
ENTRYPOINT ["/usr/local/bin/tramite"]
CMD ["serve"]
