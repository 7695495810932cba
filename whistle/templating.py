"""Templates, compiled once for each language: words known by then are not looked up in requests.

``_("…")`` and ``lang`` become the words themselves when a template is compiled, and so does the
address of a page that is the same for everybody, so that Jinja joins them with the markup around
them. What is left for a request is what differs between
requests. Macros need no context for their words and can be imported without it, which lets Jinja
keep them.
"""

from collections.abc import Callable, MutableMapping
from typing import Any

from flask import Flask
from flask.templating import Environment
from jinja2 import BaseLoader, Template, nodes
from jinja2.visitor import NodeTransformer

from whistle.domain.profile import LANGUAGES

Words = Callable[[str], str]
Address = Callable[[str, dict[str, Any]], str]
_MARK = ":"  # between a template's language and its name


def in_language(template: str, language: str) -> str:
    """Name a template in a language that need not be the request's."""
    return f"{language}{_MARK}{template}"


class LanguageEnvironment(Environment):
    """Jinja as Flask sets it up, with every template once for each language.

    ``language`` gives the language of the current request, ``words`` a language's own words.
    """

    language: Callable[[], str] = staticmethod(lambda: LANGUAGES[0])
    words: Callable[[str], Words] = staticmethod(lambda _language: str)

    def __init__(self, app: Flask, **options: Any) -> None:
        """Load the templates of ``app``."""
        super().__init__(app, **options)
        if self.loader is not None:
            self.loader = _EachLanguage(self.loader)

    def make_globals(self, d: MutableMapping[str, Any] | None) -> MutableMapping[str, Any]:
        """Give every template the same globals, so that Jinja need not compare those of two."""
        return super().make_globals(d) if d else self.globals

    def join_path(self, template: str, parent: str) -> str:
        """Include, extend and import in the language of ``parent``."""
        language, _, _ = parent.partition(_MARK)
        return f"{language}{_MARK}{template}"

    def _load_template(self, name: str, globals: MutableMapping[str, Any] | None) -> Template:  # noqa: A002
        marked = name if _MARK in name else f"{self.language()}{_MARK}{name}"
        return super()._load_template(marked, globals)

    def _parse(self, source: str, name: str | None, filename: str | None) -> nodes.Template:
        parsed = super()._parse(source, name, filename)
        language, mark, _ = (name or "").partition(_MARK)
        if mark:
            _Translator(language, self.words(language), self._address).visit(parsed)
        return parsed

    def _address(self, endpoint: str, values: dict[str, Any]) -> str:
        return self.app.url_map.bind("localhost").build(endpoint, values)


class _EachLanguage(BaseLoader):
    """Finds a template whatever language it is asked for in."""

    def __init__(self, loader: BaseLoader) -> None:
        self._loader = loader

    def get_source(self, environment: Any, template: str) -> Any:
        return self._loader.get_source(environment, template.partition(_MARK)[2])

    def list_templates(self) -> list[str]:
        return self._loader.list_templates()


class _Translator(NodeTransformer):
    """Puts a language's words, and addresses in it, where a template asks by literals alone."""

    def __init__(self, language: str, words: Words, address: Address) -> None:
        self._language, self._words, self._address = language, words, address

    def visit_Name(self, node: nodes.Name) -> nodes.Expr:  # noqa: N802  (jinja2.visitor's names)
        is_language = node.name == "lang" and node.ctx == "load"
        return nodes.Const(self._language, lineno=node.lineno) if is_language else node

    def visit_Call(self, node: nodes.Call) -> nodes.Expr:  # noqa: N802
        self.generic_visit(node)
        asks = node.node.name if isinstance(node.node, nodes.Name) else ""
        if len(node.args) != 1 or not isinstance(node.args[0], nodes.Const):
            return node
        if asks == "_":
            return self._translated(node, node.args[0].value)
        if asks == "url_for":
            return self._addressed(node, node.args[0].value)
        return node

    def _translated(self, node: nodes.Call, asked: str) -> nodes.Expr:
        words = nodes.Const(self._words(asked), lineno=node.lineno)
        if not node.kwargs:
            return words
        values = [
            nodes.Pair(nodes.Const(one.key, lineno=node.lineno), one.value, lineno=node.lineno)
            for one in node.kwargs
        ]
        return nodes.Mod(words, nodes.Dict(values, lineno=node.lineno), lineno=node.lineno)

    def _addressed(self, node: nodes.Call, endpoint: str) -> nodes.Expr:
        """Put in the address of a page in this language; those without one are not ours to know."""
        values = {
            one.key: one.value.value for one in node.kwargs if isinstance(one.value, nodes.Const)
        }
        if len(values) < len(node.kwargs) or "lang" not in values:
            return node
        return nodes.Const(self._address(endpoint, values), lineno=node.lineno)
