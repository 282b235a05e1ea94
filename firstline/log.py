"""Structured logs: one line an event, JSON where no person watches."""

import logging
import sys

import structlog


def configure(process: str, *, level: int = logging.INFO) -> None:
    """Log to standard error under the name of this process."""
    watched = sys.stderr.isatty()
    renderer = structlog.dev.ConsoleRenderer() if watched else structlog.processors.JSONRenderer()
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            renderer,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.PrintLoggerFactory(file=sys.stderr),
    )
    structlog.contextvars.bind_contextvars(process=process)
    logging.basicConfig(level=logging.WARNING, stream=sys.stderr)


def get(name: str) -> structlog.stdlib.BoundLogger:
    """A logger that names its module."""
    logger: structlog.stdlib.BoundLogger = structlog.get_logger(module=name)
    return logger
