# One image for all services; `SERVICE` selects which one a container runs.
# Works with BuildKit and with the classic builder, hence no `--mount` and no BUILDPLATFORM.
ARG BUILD_IMAGE=node:24.9.0-bookworm-slim
ARG RUNTIME_IMAGE=node:24.9.0-bookworm-slim
# The platform of the machine that builds: every dependency is plain JavaScript, so nothing is emulated.
ARG BUILD_PLATFORM=linux/amd64

# Dependencies of the running services; changes with the lock file only.
FROM --platform=${BUILD_PLATFORM} ${BUILD_IMAGE} AS dependencies
WORKDIR /app
COPY package.json package-lock.json ./
COPY scenario/package.json scenario/
COPY services/package.json services/
COPY local/package.json local/
COPY cli/package.json cli/
COPY infra/package.json infra/
COPY policy/package.json policy/
RUN ["npm", "ci", "--workspace=services", "--workspace=scenario", "--omit=dev", "--ignore-scripts", "--no-audit", "--no-fund"]

# The compiler, from the same lock file.
FROM --platform=${BUILD_PLATFORM} ${BUILD_IMAGE} AS compiler
WORKDIR /app
COPY --from=dependencies /app/package.json /app/package-lock.json ./
COPY --from=dependencies /app/scenario/package.json scenario/
COPY --from=dependencies /app/services/package.json services/
COPY --from=dependencies /app/local/package.json local/
COPY --from=dependencies /app/cli/package.json cli/
COPY --from=dependencies /app/infra/package.json infra/
COPY --from=dependencies /app/policy/package.json policy/
RUN ["npm", "ci", "--workspace=services", "--workspace=scenario", "--include-workspace-root", "--ignore-scripts", "--no-audit", "--no-fund"]
COPY tsconfig.json ./
COPY scenario scenario
COPY services services
# Types are checked by `npm test`; here they would only cost time.
RUN ["node_modules/.bin/tsc", "-p", "tsconfig.json", "--noCheck", "--incremental", "false", "--sourceMap", "false"]

FROM ${RUNTIME_IMAGE}
WORKDIR /app
ENV NODE_ENV=production
COPY --from=dependencies /app/node_modules node_modules
COPY --from=compiler /app/dist dist
COPY services/frontend/public services/frontend/public
COPY services/console/public services/console/public
# No user of the base image's: a number is enough, and no other process on the host has it.
USER 10001:10001
CMD ["node", "--max-semi-space-size=2", "--max-old-space-size=96", "--require", "/app/dist/services/lib/telemetry.js", "/app/dist/services/main.js"]
