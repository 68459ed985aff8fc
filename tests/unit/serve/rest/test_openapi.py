"""The description of the routes is valid, complete, and what the routes do."""

from __future__ import annotations

from pathlib import Path

import httpx
import schemathesis
from hypothesis import HealthCheck, Phase, settings
from jsonschema_rs import validator_for  # type: ignore[import-untyped]
from schemathesis.checks import CheckContext  # noqa: F401

from mnemos import Memory
from mnemos.serve.rest import openapi
from mnemos.wire.operations import OPERATIONS, PREFIX
