"""Typed log events as JSON lines on stderr. Events name what happened; values that identify are never passed in.

Card numbers, handles and sealed values print nothing (``kernel.ids``); as a second net, a
run of eight or more digits in any text value is blanked before it is written.
"""

from __future__ import annotations

import logging
import re
import sys
from collections.abc import MutableMapping
from typing import Any, Final

import structlog

from noren.house.home import Zone

_LONG_NUMBER: Final = re.compile(r"[0-9]{8,}")


def log_to_stderr(zone: Zone) -> None:
    """Send this process's log events to stderr, each with its zone and the hour: no finer time is kept."""
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="%Y-%m-%dT%H:00Z", utc=True, key="hour"),
            _with_zone(zone),
            _blank_long_numbers,
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=structlog.PrintLoggerFactory(file=sys.stderr),
        cache_logger_on_first_use=True,
    )


def _with_zone(zone: Zone) -> structlog.types.Processor:
    def add(_logger: Any, _name: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
        event["zone"] = zone
        return event

    return add


def _blank_long_numbers(_logger: Any, _name: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    for name, value in event.items():
        if isinstance(value, str):
            event[name] = _LONG_NUMBER.sub("#", value)
    return event
