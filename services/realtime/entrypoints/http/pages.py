"""The dashboard's files: hashed assets for ever, the page itself never from a cache, and the page for every address of the app."""

import hashlib
from pathlib import Path

from fastapi import APIRouter, Request, Response
from fastapi.responses import FileResponse, RedirectResponse
from servicekit.errors import NotFoundError

APP_PATH = "human-agent"
_FOR_EVER = "public, max-age=31536000, immutable"


def routes(directory: Path) -> APIRouter:
    """Return the routes of the pages; they come last, since they match everything."""
    router = APIRouter(include_in_schema=False)
    root = directory.resolve()

    @router.api_route("/", methods=["GET", "HEAD"])
    async def start() -> Response:
        return RedirectResponse(f"/{APP_PATH}", status_code=307)

    @router.api_route("/{path:path}", methods=["GET", "HEAD"])
    async def page(path: str, request: Request) -> Response:
        if path == "api" or path.startswith("api/"):
            raise NotFoundError("ROUTE_NOT_FOUND", f"There is no {request.url.path} here.")
        # The app may be built to live at the root or under its own path.
        name = path.removeprefix(f"{APP_PATH}/")
        found = _file(root, name)
        if found is not None:
            return FileResponse(found, headers={"cache-control": _FOR_EVER}) if name.startswith("assets/") else _revalidated(found)
        index = root / "index.html"
        if (path == APP_PATH or path.startswith(f"{APP_PATH}/")) and index.is_file():
            return _revalidated(index)
        raise NotFoundError("PAGE_NOT_FOUND", f"There is no {request.url.path} here.")

    return router


def _revalidated(file: Path) -> Response:
    """Answer with a small file whose tag is its content's: in an image that is built reproducibly all files have one date, and often one size."""
    tag = hashlib.sha256(file.read_bytes()).hexdigest()[:32]
    return FileResponse(file, headers={"cache-control": "no-cache", "etag": f'"{tag}"'})


def _file(root: Path, name: str) -> Path | None:
    """Return the file of that name, if it is one and lies within the directory."""
    if not name or "\0" in name:
        return None
    try:
        path = (root / name).resolve()
        return path if path.is_relative_to(root) and path.is_file() else None
    except OSError:
        # A name longer than a file may have.
        return None
