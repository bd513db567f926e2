ARG NODE_IMAGE=node:24-trixie-slim

FROM ${NODE_IMAGE} AS manifests
WORKDIR /app
COPY . .
RUN find packages apps -type f ! -name package.json -delete

FROM ${NODE_IMAGE} AS dependencies
WORKDIR /app
COPY --from=manifests /app ./
# The native PostgreSQL, Node from npm and the other platform packages are optional: development alone uses them.
RUN npm ci --omit=dev --omit=optional --ignore-scripts --no-audit --no-fund && npm cache clean --force

FROM ${NODE_IMAGE}
LABEL org.opencontainers.image.title="OAuth Manager" \
      org.opencontainers.image.description="Connects a product's users to third-party OAuth providers, keeps their tokens encrypted and fresh." \
      org.opencontainers.image.licenses="Apache-2.0"
ENV NODE_ENV=production \
    HOST=0.0.0.0 \
    PORT=8002 \
    DATA_DIR=/var/lib/oauth-manager
WORKDIR /app
# node_modules links to packages/ and apps/: Node strips types there, and never from real files inside node_modules.
COPY --from=dependencies /app/node_modules ./node_modules
COPY . .
RUN mkdir -p "$DATA_DIR" && chown node:node "$DATA_DIR" && chmod 700 "$DATA_DIR"
# What may be run but not read is never dumped by the kernel, whatever limit the container has, nor traced by its own user.
RUN chmod 0711 "$(readlink -f "$(command -v node)")"
USER node
EXPOSE 8002
HEALTHCHECK --interval=30s --timeout=5s --start-period=20s --retries=3 \
  CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.PORT}/health/live`).then((r) => process.exit(r.ok ? 0 : 1), () => process.exit(1))"]
ENTRYPOINT ["node", \
  "--disable-sigusr1", \
  "--disallow-code-generation-from-strings", \
  "--disable-proto=delete", \
  "--no-addons", \
  "--report-exclude-env", \
  "apps/server/src/main.ts"]
CMD ["serve"]
