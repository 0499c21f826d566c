"""The HTTP routes that code makes, by how frameworks write them. Nothing is run.

Python (Flask, FastAPI, Starlette, aiohttp, Django), JavaScript (Express, Fastify, Koa, Nest), Go
(net/http, gin, echo, chi, mux), Java (Spring, JAX-RS), Ruby (Rails, Sinatra).
"""

from placid.formats.routes.model import Route, Served
from placid.formats.routes.reading import is_code, read

__all__ = ["Route", "Served", "is_code", "read"]
