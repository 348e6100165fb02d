"""The shell around every page: its templates, its texts and what all templates may use."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from litestar import Litestar, MediaType
from litestar.datastructures import State
from litestar.di import Provide
from litestar.plugins.jinja import JinjaTemplateEngine
from litestar.response import Template
from litestar.template.config import TemplateConfig

from noren.doors.pages.assets import asset_url, serve_asset
from noren.doors.pages.errors import answer_trouble
from noren.doors.pages.headers import App, Policy, secured
from noren.doors.pages.language import Asked, framed, language, switch_url
from noren.doors.pages.numbers import Figures
from noren.doors.pages.texts import Texts
from noren.house.home import Home
from noren.house.origins import Origins, origins
from noren.kernel.say import Say

FOLDER: Final = Path(__file__).parent
MAX_BODY_BYTES: Final = 64 * 1024


class Shell:
    """What one process' pages share. ``folder``: the door's own folder, with ``templates/`` and ``texts/``."""

    def __init__(self, home: Home, folder: Path) -> None:
        self.home = home
        self.loud: Callable[[], Sequence[Say]] = tuple
        """What stands above every page, errors too."""
        self.origins: Origins = origins(home)
        self.texts = Texts(FOLDER, folder)
        self.environment = Environment(
            loader=FileSystemLoader([folder / "templates", FOLDER / "templates"]),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )

    def words(self, request: Asked) -> dict[str, Any]:
        """Return what every template may use: the texts and numbers of the reader's language."""
        lang = language(request)
        programme = self.home.settings.programme
        return {
            "asset": asset_url,
            "_": self.texts.told_in(lang),
            "lang": lang,
            "programme": programme.name_ja if lang == "ja" else programme.name_en,
            "sandbox": self.home.sandbox,
            "origins": self.origins,
            "framed": framed(request.headers),
            "in_japanese": switch_url(request, "ja"),
            "in_english": switch_url(request, "en"),
            "loud": self.loud(),
            **Figures(lang, programme.currency, self.home.zone).words(),
        }

    def page(self, request: Asked, template: str, *, status: int = 200, **context: object) -> Template:
        """Return a page (or a part of one) made of ``template``."""
        return Template(
            template, context={**self.words(request), **context}, status_code=status, media_type=MediaType.HTML
        )


def compose(shell: Shell, routes: Sequence[Any], policy: Policy, given: Mapping[str, Provide]) -> App:
    """Return the application of one door: its routes, the assets, the error pages, the headers around all.

    ``given``: what the routes may ask for by name.
    """
    app = Litestar(
        route_handlers=[*routes, serve_asset],
        template_config=TemplateConfig(instance=JinjaTemplateEngine.from_environment(shell.environment)),
        exception_handlers={Exception: answer_trouble},
        dependencies=dict(given),
        state=State({"shell": shell}),
        openapi_config=None,
        logging_config=None,
        request_max_body_size=MAX_BODY_BYTES,
    )
    return secured(app, policy)
