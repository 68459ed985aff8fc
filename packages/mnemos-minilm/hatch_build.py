"""Have the model's files made before the wheel is packed."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

# What builds the model stands beside this file and is not part of what is installed.
sys.path.insert(0, str(Path(__file__).parent))

from build_model import fetch
from build_model.checkpoint import BuildError
from build_model.make import make


class MakeModel(BuildHookInterface[Any]):
    """Runs for plain and for editable installs alike."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Make the files, or stop the build with the reason."""
        del version, build_data
        target = Path(self.root) / "src" / "mnemos_minilm" / "files"
        try:
            made = make(target, fetch.source())
        except BuildError as error:
            self.app.abort(f"mnemos-minilm: {error}")
        self.app.display_info(f"mnemos-minilm: {'made' if made else 'kept'} {target}")
