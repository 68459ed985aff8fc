"""A server killed under load loses nothing that it had acknowledged."""

from __future__ import annotations

import random
import threading
import time
from pathlib import Path

from bench.server import serving
from mnemos import Memory, ServerError
from mnemos.client import Client

KILLS = 3
CLIENTS = 4
TENANTS = ("ann", "ben")


def test_every_acknowledged_write_is_there_after_each_kill(tmp_path: Path) -> None:
    chance = random.Random(1)
    acknowledged: dict[str, list[str]] = {name: [] for name in TENANTS}

    def write(client: Client, tenant: str, tag: str) -> None:
        try:
            for n in range(100_000):
                text = f"{tag} {n}"
                client.remember([{"role": "user", "content": text, "id": text}], session=tag)
                acknowledged[tenant].append(text)
        except ServerError:
            client.close()

    for life in range(KILLS):
        with serving(tmp_path) as running:
            keys = {name: running.key(name) for name in TENANTS}
            threads = []
            for n in range(CLIENTS):
                tenant = TENANTS[n % len(TENANTS)]
                arguments = (running.client(keys[tenant]), tenant, f"{life}-{n}")
                threads.append(threading.Thread(target=write, args=arguments))
            before = {name: len(texts) for name, texts in acknowledged.items()}
            for thread in threads:
                thread.start()
            while any(len(texts) == before[name] for name, texts in acknowledged.items()):
                time.sleep(0.005)
            time.sleep(chance.random() * 0.3)
            running.kill()
            for thread in threads:
                thread.join(30)
        for name, texts in acknowledged.items():
            with Memory(tmp_path / f"{name}.mnemos", embedder=None) as memory:
                kept = {item.text for item in memory.browse(limit=10_000).items}
                assert set(texts) <= kept
                assert memory.verify().ok
