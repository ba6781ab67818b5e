# syntax=docker/dockerfile:1
FROM node:22-bookworm-slim AS build
WORKDIR /app
COPY package.json package-lock.json .npmrc tsconfig.json tsconfig.build.json ./
RUN npm ci --ignore-scripts
COPY mallm mallm
COPY store store
COPY models models
COPY output output
COPY workflows workflows
COPY activities activities
COPY workers workers
COPY config config
COPY simulator simulator
COPY report report
COPY client client
COPY scripts scripts
# Compiles, and bundles the workflow code once: workers start without a bundler.
RUN npm run build && npm prune --omit=dev --ignore-scripts

# The core of Temporal's SDK is linked against glibc: no Alpine.
FROM node:22-bookworm-slim
RUN apt-get update \
  && apt-get install --yes --no-install-recommends ca-certificates tini \
  && rm -rf /var/lib/apt/lists/* \
  && install --directory --owner=node --group=node /var/lib/mallm-gan
ENV NODE_ENV=production \
  NODE_EXTRA_CA_CERTS=/etc/ssl/certs/ca-certificates.crt \
  MALLM_HOME=/var/lib/mallm-gan \
  MALLM_METRICS=0.0.0.0:9464
WORKDIR /app
COPY --from=build /app/package.json ./
COPY --from=build /app/node_modules node_modules
COPY --from=build /app/dist dist
RUN ln -s /app/dist/scripts/main.js /usr/local/bin/mallm-gan && chmod +x dist/scripts/main.js
USER node
VOLUME /var/lib/mallm-gan
EXPOSE 9464
HEALTHCHECK --interval=10s --timeout=5s --start-period=30s --retries=6 \
  CMD ["node", "-e", "fetch('http://127.0.0.1:9464/readyz').then(({ ok }) => process.exit(ok ? 0 : 1), () => process.exit(1))"]
# Grace for running activities is 5 s, and 8 s at most: docker stop must wait longer.
STOPSIGNAL SIGTERM
ENTRYPOINT ["tini", "--", "mallm-gan"]
CMD ["worker"]
