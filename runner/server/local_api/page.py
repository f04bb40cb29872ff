"""The page that shows every call and can send it: Swagger UI, loaded from this server only."""

import base64
import hashlib
import re

from fastapi import FastAPI, Request, Response
from fastapi.openapi.docs import get_swagger_ui_html

from runner.server.shield import POLICY

STATIC = "/static-offline-docs"
"""Where fastapi-offline serves Swagger UI."""

SCRIPT = re.compile(rb"<script>(.*?)</script>", re.DOTALL)


def add_page(app: FastAPI) -> None:
    @app.get("/docs", include_in_schema=False)
    def page(request: Request) -> Response:
        root = request.scope["root_path"]
        answer = get_swagger_ui_html(
            openapi_url=f"{root}{app.openapi_url}",
            title=app.title,
            swagger_js_url=f"{root}{STATIC}/swagger-ui-bundle.js",
            swagger_css_url=f"{root}{STATIC}/swagger-ui.css",
            swagger_favicon_url=f"{root}{STATIC}/favicon.png",
        )
        answer.headers[POLICY] = _policy(bytes(answer.body))
        return answer


def _policy(html: bytes) -> str:
    """The page may load from this server only, and run no inline script except its own, named by their hashes."""
    hashes = (base64.b64encode(hashlib.sha256(script).digest()).decode() for script in SCRIPT.findall(html))
    return "; ".join(
        (
            "default-src 'none'",
            " ".join(["script-src 'self'", *(f"'sha256-{digest}'" for digest in hashes)]),
            "style-src 'self' 'unsafe-inline'",  # Swagger UI writes styles into its elements
            "img-src 'self' data:",
            "font-src 'self' data:",
            "connect-src 'self'",
            "frame-ancestors 'none'",
            "base-uri 'none'",
            "form-action 'none'",
        )
    )
