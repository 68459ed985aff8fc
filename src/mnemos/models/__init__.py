"""Models: what turns texts into vectors, each behind one protocol, chosen by name.

Other packages join by an entry point of the group ``mnemos.embedders``; ours cannot be replaced.
"""

from __future__ import annotations

GROUP = "mnemos.embedders"
