"""Dockerfiles as people write them every day: nothing in them stops a deploy."""

from __future__ import annotations

import pytest

from placid.core.audit.audit import ask, every_rule, findings
from placid.core.audit.rule import Area, Severity

from .trees import repository

RULES = [rule for _, rule in every_rule() if rule.area is Area.IMAGE]
ORDINARY = {
    "python": """\
        # syntax=docker/dockerfile:1
        FROM python:3.13-slim AS base
        ENV PYTHONUNBUFFERED=1 \\
            PIP_NO_CACHE_DIR=1
        WORKDIR /app
        ARG UID=10001
        RUN adduser --disabled-password --gecos "" --home "/nonexistent" --uid "${UID}" appuser
        RUN --mount=type=cache,target=/root/.cache/pip \\
            --mount=type=bind,source=requirements.txt,target=requirements.txt \\
            python -m pip install -r requirements.txt
        USER appuser
        COPY . .
        EXPOSE 8000
        CMD gunicorn 'shop:create()' --bind=0.0.0.0:8000
        """,
    "node": """\
        FROM node:22-alpine AS base
        FROM base AS deps
        RUN apk add --no-cache libc6-compat
        WORKDIR /app
        COPY package.json yarn.lock* package-lock.json* pnpm-lock.yaml* .npmrc* ./
        RUN \\
          if [ -f yarn.lock ]; then yarn --frozen-lockfile; \\
          elif [ -f package-lock.json ]; then npm ci; \\
          else echo "Lockfile not found." && exit 1; \\
          fi
        FROM base AS builder
        COPY --from=deps /app/node_modules ./node_modules
        COPY . .
        RUN npm run build
        FROM base AS runner
        RUN addgroup --system --gid 1001 nodejs
        RUN adduser --system --uid 1001 nextjs
        COPY --from=builder --chown=nextjs:nodejs /app/.next/standalone ./
        USER nextjs
        EXPOSE 3000
        ENV PORT=3000 HOSTNAME="0.0.0.0"
        CMD ["node", "server.js"]
        """,
    "go": """\
        ARG GO_VERSION=1.24
        FROM --platform=$BUILDPLATFORM golang:${GO_VERSION} AS build
        WORKDIR /src
        RUN --mount=type=bind,source=go.sum,target=go.sum go mod download -x
        ARG TARGETARCH
        RUN --mount=type=bind,target=. CGO_ENABLED=0 GOARCH=$TARGETARCH go build -o /bin/server .
        FROM gcr.io/distroless/static-debian12:nonroot
        COPY --from=build /bin/server /bin/
        USER nonroot:nonroot
        ENTRYPOINT ["/bin/server"]
        """,
    "java": """\
        FROM eclipse-temurin:21-jdk-jammy AS build
        COPY --chmod=0755 mvnw mvnw
        COPY .mvn/ .mvn/
        RUN ./mvnw package -DskipTests
        FROM eclipse-temurin:21-jre-jammy
        ARG JAR_FILE=target/*.jar
        COPY ${JAR_FILE} application.jar
        COPY --from=build target/extracted/ ./
        USER 1000
        ENTRYPOINT ["java", "-jar", "/application.jar"]
        """,
    "ruby": """\
        ARG RUBY_VERSION=3.4.1
        FROM docker.io/library/ruby:$RUBY_VERSION-slim AS base
        WORKDIR /rails
        RUN apt-get update -qq && \\
            apt-get install --no-install-recommends -y curl libjemalloc2 && \\
            rm -rf /var/lib/apt/lists /var/cache/apt/archives
        FROM base AS build
        COPY Gemfile Gemfile.lock ./
        RUN bundle install && rm -rf ~/.bundle/ "${BUNDLE_PATH}"/ruby/*/cache
        COPY . .
        RUN SECRET_KEY_BASE_DUMMY=1 ./bin/rails assets:precompile
        FROM base
        COPY --from=build /rails /rails
        RUN groupadd --system --gid 1000 rails && \\
            useradd rails --uid 1000 --gid 1000 --create-home && \\
            chown -R rails:rails db log storage tmp
        USER 1000:1000
        ENTRYPOINT ["/rails/bin/docker-entrypoint"]
        CMD ["./bin/thrust", "./bin/rails", "server"]
        """,
    "dotnet": """\
        FROM mcr.microsoft.com/dotnet/aspnet:8.0 AS base
        USER $APP_UID
        EXPOSE 8080
        FROM mcr.microsoft.com/dotnet/sdk:8.0 AS build
        ARG BUILD_CONFIGURATION=Release
        COPY ["Shop/Shop.csproj", "Shop/"]
        RUN dotnet restore "./Shop/Shop.csproj"
        FROM base AS final
        COPY --from=build /app/publish .
        ENTRYPOINT ["dotnet", "Shop.dll"]
        """,
    "php": """\
        FROM composer:lts AS deps
        RUN --mount=type=bind,source=composer.json,target=composer.json composer install
        FROM php:8.3-apache AS final
        RUN docker-php-ext-install pdo pdo_mysql
        RUN mv "$PHP_INI_DIR/php.ini-production" "$PHP_INI_DIR/php.ini"
        COPY --from=deps app/vendor/ /var/www/html/vendor
        COPY --from=mlocati/php-extension-installer /usr/bin/install-php-extensions /usr/bin/
        USER www-data
        """,
    "rust": """\
        FROM rust:1.83-slim AS build
        RUN <<EOF
        set -e
        cargo build --locked --release
        EOF
        FROM debian:bookworm-slim
        RUN useradd -r -u 10001 app
        COPY --from=build --chown=app:app /bin/server /bin/
        USER app
        HEALTHCHECK --interval=30s --timeout=3s --start-period=5s CMD ["/bin/server", "-c"]
        STOPSIGNAL SIGINT
        CMD ["/bin/server"]
        """,
}


@pytest.mark.parametrize("language", sorted(ORDINARY))
def test_an_ordinary_dockerfile_has_nothing_of_high_severity(language: str) -> None:
    lines = ORDINARY[language].splitlines()
    there = repository({"app/Dockerfile": "\n".join(line[8:] for line in lines) + "\n"})
    said = [each for rule in RULES for each in ask(rule, there, there.paths)]
    worst = [each for each in findings(there, said) if each.severity >= Severity.HIGH]
    assert [(each.rule, each.message) for each in worst] == []
