# The list of images for all platforms. A newer one: docker buildx imagetools inspect node:24-bookworm-slim
ARG NODE_IMAGE=node:24.21.0-bookworm-slim@sha256:0e0ff40c39bc087845bfb27465a0df4ea419520094bc35842ff83dd8cbe6f9b6

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
# Asked to listen to others without tokens, the service says what to set and does not start.
ENV NODE_ENV=production HOST=0.0.0.0 PORT=8080 DATABASE_URL=sqlite:/data/canary-judge.db
# Writable for any user of the root group too, since some clusters choose the user themselves.
RUN mkdir /data && chown 1000:0 /data && chmod 770 /data
COPY LICENSE package.json ./
COPY policies policies
COPY --from=packages /app/node_modules node_modules
COPY --from=build /app/dist dist
# The command line, for pipelines that run in this image.
RUN chmod 755 dist/cli.js && ln -s /app/dist/cli.js /usr/local/bin/canary-judge
# An intruder finds neither npm nor a shell nor a package manager. This stands last, because no command can run without a shell.
RUN ["node", "-e", "for (const path of ['/usr/local/lib/node_modules', '/usr/local/bin/npm', '/usr/local/bin/npx', '/usr/local/bin/corepack', '/usr/local/bin/yarn', '/usr/local/bin/yarnpkg', '/opt', '/usr/bin/apt', '/usr/bin/apt-get', '/usr/bin/dpkg', '/usr/bin/perl', '/bin/bash', '/bin/dash', '/bin/sh']) require('fs').rmSync(path, { recursive: true, force: true })"]
# A number, since Kubernetes cannot tell that a name is not root.
USER 1000:0
VOLUME /data
EXPOSE 8080
# Each check starts a Node of its own, so they are many only until the first success. Kubernetes has probes instead.
HEALTHCHECK --interval=5m --timeout=5s --start-period=60s --start-interval=2s --retries=3 \
  CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.MANAGEMENT_PORT || process.env.PORT}/healthz`).then((answer) => process.exit(answer.ok ? 0 : 1), () => process.exit(1))"]
ENTRYPOINT ["node"]
# Garbage gets 3 × 16 MB before it is collected; V8 alone would take up to 128 MB of a machine with much memory.
CMD ["--max-semi-space-size=16", "--heap-growing-percent=50", "dist/main.js"]
