"""Mem0's `Memory` and `AsyncMemory` over a mnemos memory: one import is changed, nothing else.

What differs from Mem0 (docs/howto/mem0.md says it at length):

- Turns are stored verbatim. No model reads them when they are added, whatever ``infer`` says.
- An id is an item's id in mnemos, not a UUID.
- A score is mnemos's own, brought into 0 to 1. Nothing falls out between two equal searches.
- Deleting hides, so that ``mnemos`` can bring it back; the setting ``deletes`` makes it erase.
- ``timestamp`` and ``reference_date`` work, which Mem0 has on its platform only.
- Sections of a configuration that choose models and stores are read past, and the log says so.
- What is not done raises ``Unsupported``: procedural memories, ``prompt``, ``show_expired``,
  ``project`` and ``chat``. Arguments that Mem0 would drop in silence are refused.

>>> from mnemos.compat.mem0 import Memory
>>> with Memory.from_config({"mnemos": {"path": ":memory:"}}) as memory:
...     added = memory.add("I moved to Porto in May", user_id="ann")
...     found = memory.search("Where did I move to?", filters={"user_id": "ann"})
...     found["results"][0]["memory"], found["results"][0]["id"] == added["results"][0]["id"]
('I moved to Porto in May', True)
"""

from mnemos.compat.mem0.asynchronous import AsyncMemory
from mnemos.compat.mem0.config import MemoryConfig
from mnemos.compat.mem0.memory import Memory
from mnemos.compat.mem0.refusals import MemoryNotFound, Unsupported

__all__ = ["AsyncMemory", "Memory", "MemoryConfig", "MemoryNotFound", "Unsupported"]
