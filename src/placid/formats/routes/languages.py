"""How frameworks make routes, language by language: what to look for in the text of a file."""

from __future__ import annotations

import re
from typing import NamedTuple


class Language(NamedTuple):
    """`marks`: a file without any of these makes no routes. `routes` have a group `path`.

    makes    the making of an application
    opens    parts whose routes lie elsewhere (a static folder, a library): group `path` is a prefix
    doubts   what makes routes that cannot be read
    """

    marks: tuple[str, ...]
    routes: re.Pattern[str]
    makes: re.Pattern[str]
    opens: re.Pattern[str]
    doubts: re.Pattern[str]


_TEXT = r"[rbf]?[\"'](?P<path>[^\"'\n]{0,200})[\"']"
_VERBS = "get|post|put|delete|patch|head|options|all"

PYTHON = Language(
    (
        "flask",
        "fastapi",
        "FastAPI",
        "starlette",
        "aiohttp",
        "django.urls",
        "quart",
        "APIRouter",
        "Blueprint",
        "django.conf.urls",
        "urlpatterns",
    ),
    re.compile(
        rf"@[\w.]+\.(?:{_VERBS}|route|api_route|websocket)\(\s*(?:path\s*=\s*|rule\s*=\s*)?{_TEXT}"
        r"|\b(?:add_url_rule|add_api_route|add_route|add_(?:get|post|head)|Route|web\.(?:get|post"
        r"|head)|re_path|path|url|add_resource)\(\s*(?:\w+\s*,\s*)?[rb]?[\"'](?P<path2>[^\"'\n]{0,200})[\"']"
    ),
    re.compile(
        r"^[ \t]*\w+(?:\s*:\s*[\w.]+)?\s*=\s*(?:\w+\.)?(?:FastAPI|Flask|Starlette|Quart"
        r"|(?:web\.)Application)\(|^urlpatterns\s*(?::[^=\n]*)?=\s*\[|return (?:FastAPI|Flask)\(",
        re.MULTILINE,
    ),
    re.compile(r"(?:\.mount|\bMount|add_static|register_blueprint\(\s*\w*admin\w*)\(?\s*" + _TEXT),
    re.compile(
        r"@[\w.]+\.(?:get|route|api_route)\(\s*(?:[A-Za-z_][\w.]*\s*[,)+]|f[\"'])|\badd_(?:url_rule"
        r"|api_route|get)\(\s*[A-Za-z_]|\btornado\b|\bfalcon\b|\bsanic\b|\blitestar\b|gradio|streamlit"
        r"|BaseHTTPRequestHandler|flask_restx|flask_smorest|connexion|flask_appbuilder|\bdash\b"
        r"|router\.urls|\.as_asgi|WSGIMiddleware|DispatcherMiddleware|i18n_patterns|\bhealthcheck\b"
        r"\s*=|fastapi_health|flask_healthz|healthz\.|HealthCheck\(|add_websocket_route\(\s*\w"
        r"|web\.(?:get|view)\(\s*[A-Za-z_]|\bpath\(\s*[A-Za-z_][\w.]*\s*,|RouteTableDef|fastapi_users"
    ),
)
JAVASCRIPT = Language(
    (
        'express"',
        "express'",
        "express(",
        "fastify",
        'koa"',
        "koa'",
        "@koa/",
        "@nestjs",
        "@hapi",
        "restify",
        'hono"',
        "hono'",
        "createServer(",
        "polka(",
    ),
    re.compile(
        rf"\b\w+(?:\(\))?\s*\.\s*(?:{_VERBS}|route|del)\(\s*[\"'`](?P<path>/[^\"'`\n]{{0,200}}|\*)[\"'`]"
        r"|@(?:Get|All|Head|Controller)\(\s*(?:\{\s*path:\s*)?[\"'`](?P<path2>[^\"'`\n]{0,200})[\"'`]"
        r"|\b(?:url|path):\s*[\"'`](?P<path3>/[^\"'`\n]{0,200})[\"'`]"
    ),
    re.compile(r"=\s*(?:express|fastify|Fastify)\(|new Koa\(|NestFactory\.create"),
    re.compile(r"\.use\(\s*[\"'`](?P<path>/[^\"'`\n]{0,200})[\"'`]"),
    re.compile(
        r"\b(?:app|router|server|fastify)\s*\.\s*(?:get|route|all)\(\s*(?:[A-Za-z_][\w.]*\s*,|\[|`[^`]*\$\{|/)"
        r"|createServer\(\s*(?:async\s*)?(?:\(|function|req)|@hapi|restify|hono|polka|terminus|lightship"
        r"|actuator|healthcheck|autoload|@fastify/under-pressure|swagger-routes|routing-controllers"
        r"|tsoa|graphql|apollo|createProxyMiddleware|http-proxy|readdirSync|require\(\s*[^\"'`\s)]"
    ),
)
GO = Language(
    ('"net/http"', "gin-gonic/gin", "labstack/echo", "go-chi/chi", "gorilla/mux", "gofiber"),
    re.compile(
        r"\.(?:HandleFunc|Handle|GET|Get|Any|All|HEAD|Head|Path|Route|Group|Method)\(\s*(?:\"[A-Z]+\"\s*,\s*)?"
        r"\"(?:[A-Z]+ )?(?P<path>/[^\"\n]{0,200})\""
    ),
    re.compile(
        r"\bgin\.(?:Default|New)\(|\becho\.New\(|\bchi\.New(?:Router|Mux)\(|\bmux\.NewRouter\("
        r"|\bfiber\.New\(|\bhttp\.(?:ListenAndServe|Server\{|NewServeMux\()"
    ),
    re.compile(r"\.(?:Mount|PathPrefix|Static|StaticFS)\(\s*\"(?P<path>/[^\"\n]{0,200})\""),
    re.compile(
        r"\.(?:HandleFunc|Handle|GET|Any|Mount|PathPrefix)\(\s*(?:[A-Za-z_`(]|\"[^\"\n]*\"\s*\+)"
        r"|\.Get\(\s*[a-z]\w*(?:Path|Route|URL|Endpoint)\b|AddHealthzCheck|AddReadyzCheck|healthz?\."
        r"|ServeHTTP\(|\bHandler:\s*http\.HandlerFunc|\.Handle(?:Func)?\(\s*\"/\"|grpc-gateway|runtime\.NewServeMux"
        r"|http\.ListenAndServe\([^\n,]*,\s*[^n\s]|RegisterHandlers|NewReverseProxy|FileServer"
    ),
)
JAVA = Language(
    ("org.springframework", "jakarta.ws.rs", "javax.ws.rs", "io.micronaut"),
    re.compile(
        r"@(?:Get|Request|Post|Put)Mapping\(\s*(?:(?:value|path)\s*=\s*)?\{?\s*\"(?P<path>[^\"\n]{0,200})\""
        r"|@Path\(\s*\"(?P<path2>[^\"\n]{0,200})\""
    ),
    re.compile(r"\bSpringApplication\.run\("),
    re.compile(r"\.addResourceHandler\(\s*\"(?P<path>/[^\"\n]{0,200})\""),
    re.compile(
        r"@(?:Get|Request)Mapping\(\s*(?:(?:value|path)\s*=\s*)?\{?\s*[A-Z]|RouterFunction|micronaut"
        r"|quarkus|dropwizard|HttpServlet|ServletRegistrationBean|context-path|zuul|gateway"
    ),
)
RUBY = Language(
    ("routes.draw", "sinatra", "Sinatra"),
    re.compile(
        r"^[ \t]*(?:get|match|head|post)[ (]+(?:[\"'](?P<path>[^\"'\n]{0,200})[\"']"
        r"|:(?P<path2>\w+))",
        re.MULTILINE,
    ),
    re.compile(r"\broutes\.draw\b|^[ \t]*require [\"']sinatra[\"']|< Sinatra::Base", re.MULTILINE),
    re.compile(r"\bmount\b[^\n]{0,200}?(?:=>|at:)\s*[\"'](?P<path>[^\"'\n]{0,200})[\"']"),
    re.compile(
        r"\bdraw[ (]:|OkComputer|health_check|\bhealthcheck\b|easymon|instance_eval|constraints"
    ),
)
BY_ENDING = {
    ".py": PYTHON,
    ".js": JAVASCRIPT,
    ".ts": JAVASCRIPT,
    ".mjs": JAVASCRIPT,
    ".cjs": JAVASCRIPT,
    ".mts": JAVASCRIPT,
    ".go": GO,
    ".java": JAVA,
    ".rb": RUBY,
}
UNREAD = (".php", ".rs", ".ex", ".exs", ".cs", ".kt", ".scala", ".clj", ".fs", ".swift", ".erl")
