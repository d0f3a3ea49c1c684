"""Pages and REST in one application."""

from pathlib import Path

from fastapi import FastAPI
from servicekit import problem

from services.realtime.entrypoints.http import admin, analytics, commands, conversations, pages, session, team, workspace
from services.realtime.entrypoints.http.gateway import Gateway
from services.realtime.entrypoints.http.guards import Guards


def make_app(gateway: Gateway, public_origin: str, dashboard: Path) -> FastAPI:
    """Return the application; the socket does not pass through it."""
    app = FastAPI(title="Baton", version="1", docs_url=None, redoc_url=None, openapi_url="/api/openapi.json")
    app.state.gateway = gateway
    for area in (session, conversations, commands, team, workspace, analytics, admin):
        app.include_router(area.router)
    app.include_router(pages.routes(dashboard))
    problem.install(app)
    app.add_middleware(Guards, public_origin=public_origin)
    return app
