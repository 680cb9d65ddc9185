# One tag in one place; to pin it, build with --build-arg NODE_IMAGE=node:24-bookworm-slim@sha256:…
ARG NODE_IMAGE=node:24-bookworm-slim

FROM ${NODE_IMAGE} AS build
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN npm ci --no-audit --no-fund
COPY tsconfig.json tsconfig.build.json ./
COPY src src
RUN npm run build

# Without `optional`: Node itself stands there for machines with an older one, and the image has its own.
FROM ${NODE_IMAGE} AS packages
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN npm ci --omit=dev --omit=optional --no-audit --no-fund

FROM ${NODE_IMAGE}
LABEL org.opencontainers.image.title="canary-judge" \
      org.opencontainers.image.description="Decides whether a canary is good, for Argo Rollouts and Flagger" \
      org.opencontainers.image.licenses="Apache-2.0"
WORKDIR /app
# The variable wins over the configuration file, so that the health check below knows the port.
ENV NODE_ENV=production PORT=8080 DATABASE_URL=sqlite:/data/canary-judge.db
# Writable for any user of the root group too, since some clusters choose the user themselves.
RUN mkdir /data && chown 1000:0 /data && chmod 770 /data
COPY LICENSE package.json ./
COPY policies policies
COPY --from=packages /app/node_modules node_modules
COPY --from=build /app/dist dist
# The command line, for pipelines that run in this image.
RUN chmod 755 dist/cli.js && ln -s /app/dist/cli.js /usr/local/bin/canary-judge
# A number, since Kubernetes cannot tell that a name is not root.
USER 1000:0
VOLUME /data
EXPOSE 8080
HEALTHCHECK --interval=10s --timeout=3s --start-period=10s --retries=3 \
  CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.PORT}/healthz`).then((answer) => process.exit(answer.ok ? 0 : 1), () => process.exit(1))"]
ENTRYPOINT ["node"]
# Garbage gets 3 × 16 MB before it is collected; V8 alone would take up to 128 MB of a machine with much memory.
CMD ["--max-semi-space-size=16", "--heap-growing-percent=50", "dist/main.js"]
