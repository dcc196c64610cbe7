# One image for all services; `SERVICE` selects which one a container runs.
# Works with BuildKit and with the classic builder, hence no `--mount` and no BUILDPLATFORM.
ARG BUILD_IMAGE=node:24.21.0-bookworm-slim
ARG RUNTIME_IMAGE=node:24.21.0-bookworm-slim
# The platform of the machine that builds: every dependency is plain JavaScript, so nothing is emulated.
ARG BUILD_PLATFORM=linux/amd64

# What npm needs to know; changes with the lock file only.
FROM --platform=${BUILD_PLATFORM} ${BUILD_IMAGE} AS manifests
# What `pulumi up` shows of a build is then the build's.
ENV NPM_CONFIG_UPDATE_NOTIFIER=false
WORKDIR /app
COPY package.json package-lock.json ./
COPY scenario/package.json scenario/
COPY report/package.json report/
COPY machine/package.json machine/
COPY services/package.json services/
COPY local/package.json local/
COPY cli/package.json cli/
COPY infra/package.json infra/
COPY policy/package.json policy/

# Dependencies of the running services.
FROM manifests AS dependencies
RUN ["npm", "ci", "--workspace=services", "--workspace=scenario", "--workspace=report", "--omit=dev", "--ignore-scripts", "--no-audit", "--no-fund"]

# The compiler alone, from the same lock file: file by file it needs nothing of what the code imports. Types are
# checked by `npm test`; here they would only cost time.
FROM manifests AS compiler
RUN ["npm", "ci", "--workspaces=false", "--omit=dev", "--ignore-scripts", "--no-audit", "--no-fund"]
COPY compile.mjs bundles.mjs pages.mjs tsconfig.json tsconfig.build.json ./
COPY scenario scenario
COPY report report
COPY machine/bearer.ts machine/proxy.ts machine/
COPY services services
RUN ["node", "compile.mjs", "--no-source-maps"]
# What is made of packages: the services' bundles, and what the pages take.
COPY --from=dependencies /app/node_modules node_modules
RUN ["node", "bundles.mjs"]
RUN ["node", "pages.mjs"]

FROM ${RUNTIME_IMAGE}
WORKDIR /app
ENV NODE_ENV=production
COPY --from=dependencies /app/node_modules node_modules
COPY --from=compiler /app/dist dist
# No user of the base image's: a number is enough, and no other process on the host has it.
USER 10001:10001
CMD ["node", "--max-semi-space-size=2", "--max-old-space-size=96", "--require", "/app/dist/services/lib/telemetry/bootstrap.js", "/app/dist/services/main.js"]
