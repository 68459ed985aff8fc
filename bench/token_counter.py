"""How far the built-in token estimate is from real tokenizers, by kind of text.

Tokenizers are files, never downloaded: ``--tokenizer NAME=PATH``, where PATH is a
``tokenizer.json`` (read with the package ``tokenizers``) or a ``.tiktoken`` file (read with
``tiktoken``; the name says by which rules it splits: o200k's if it holds "o200k", else cl100k's).
Those that an installed ``litellm`` brings along are found without being named.

    python -m bench.token_counter --tokenizer o200k=o200k_base.tiktoken

Each row is one kind of text under one tokenizer: the ratio estimate / real of its lines (median,
5th and 95th percentile), the share of lines that cost more than estimated, and the ratio of all
lines as one prompt. ``--texts FILE`` measures your own: one JSON object a line, with "text" and
perhaps "kind"; the texts of a kind are joined into prompts of about 8,000 characters.
"""

from __future__ import annotations

import argparse
import base64
import importlib
import importlib.util
import json
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from mnemos import estimate_tokens

Texts = dict[str, list[str]]
Count = Callable[[str], int]

PROMPT_CHARS = 8_000
LITELLM = {
    "cl100k": "9b5ad71b2ce5302211f9c61530b329a4922fc6a4",
    "claude-2": "anthropic_tokenizer.json",
    "deepseek": "deepseek_tokenizer.json",
}

# The rules by which tiktoken splits a text before it merges bytes: part of each encoding.
CL100K_SPLIT = (
    r"'(?i:[sdmt]|ll|ve|re)|[^\r\n\p{L}\p{N}]?+\p{L}++|\p{N}{1,3}+| ?[^\s\p{L}\p{N}]++[\r\n]*+"
    r"|\s++$|\s*[\r\n]|\s+(?!\S)|\s"
)
_UPPER, _LOWER = r"[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]", r"[\p{Ll}\p{Lm}\p{Lo}\p{M}]"
_CONTRACTED = r"(?i:'s|'t|'re|'ve|'m|'ll|'d)?"
O200K_SPLIT = (
    rf"[^\r\n\p{{L}}\p{{N}}]?{_UPPER}*{_LOWER}+{_CONTRACTED}"
    rf"|[^\r\n\p{{L}}\p{{N}}]?{_UPPER}+{_LOWER}*{_CONTRACTED}"
    r"|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+"
)

OWN_TEXTS = {
    "English dialogue": """
        Hey! How was the trip, did you two make it to the lighthouse before it closed?
        Barely. Tom's car broke down near the bridge, so we hitched a ride with a florist.
        No way! I'd have turned around. Did she at least give you flowers?
        A whole bunch of tulips, actually. They're on my desk right now, smelling great.
        Haha, lucky. Listen, are we still on for dinner on Friday at seven?
        Yes, but could we move it to eight? My sister's flight lands at six thirty.
    """,
    "English prose": """
        The lighthouse was built of granite between 1871 and 1874 on the outermost skerry.
        Its keeper, Matthias Osterholm, recorded the weather three times a day for forty years.
        Limestone erodes faster than basalt, which explains the asymmetry of the two headlands.
        Electrification came late: the paraffin lamp was replaced only in the summer of 1958.
        The archipelago's municipalities merged in 2007 after a consultative referendum.
    """,
    "code and markdown": r"""
        ### 2. Configuration
        - **Retries**: set `max_retries=3` in `settings.toml` (default: `0`)
        | column | type | null |
        def total(rows): return sum(row["price"] * row.get("count", 1) for row in rows)
        for (let i = 0; i < items.length; i++) { console.log(`${i}: ${items[i].name}`); }
        SELECT user_id, COUNT(*) AS n FROM events WHERE at >= '2026-01-01' GROUP BY 1;
        TypeError: unsupported operand type(s) for +: 'NoneType' and 'int' (line 42)
    """,
    "numbers and names": """
        Order 4711-0815, 3 × €24.99 = €74.97, paid 2026-05-08 14:32:07 (ref. QX7R-99Z).
        +49 30 901820, info@example.org, https://example.org/a/b?c=1&d=22#top
        Temperatures: 21.5, 19.8, 22.0, 23.4; mean 21.675 °C, n = 1,284, p < 0.001.
        Attendees: Nguyen, O'Brien, Szczepańska, Al-Khatib, Müller, García, Ødegård.
    """,
    "emoji": """
        Happy birthday!! 🎉🎂🥳 See you at 8 ❤️
        That's hilarious 😂😂😂 I can't 🤣
        On my way 🚗💨 … 10 min ✨
    """,
    "German": """
        Ich habe gestern meinen Wohnungsschlüssel in der Straßenbahn liegen lassen.
        Kannst du bitte beim Fundbüro anrufen und nachfragen, ob ihn jemand abgegeben hat?
        Die Versicherung übernimmt die Kosten für den Schlüsseldienst leider nicht.
        Am Wochenende fahren wir zu meinen Großeltern an die Ostsee, wenn das Wetter hält.
    """,
    "French": """
        Hier soir, nous avons dîné dans un petit restaurant près de la gare.
        Elle m'a dit qu'elle préférait déménager à Marseille plutôt que de rester à Lille.
        N'oublie pas d'acheter du fromage, des œufs et une baguette avant de rentrer.
        Les travaux commenceront dès que la mairie aura délivré l'autorisation.
    """,
    "Spanish": """
        Mi hermana trabaja en un hospital de Sevilla desde hace cinco años.
        ¿Te acuerdas del perro que encontramos en la playa el verano pasado?
        Mañana tengo que llevar el coche al taller porque los frenos hacen ruido.
        Nos gustaría reservar una habitación doble con vistas al mar para dos noches.
    """,
    "Polish": """
        Wczoraj zgubiłam klucze do mieszkania i musiałam czekać na sąsiadkę.
        Czy mógłbyś zadzwonić do przychodni i przełożyć moją wizytę na czwartek?
        W przyszłym tygodniu jedziemy w góry, jeżeli pogoda się nie zepsuje.
    """,
    "Finnish": """
        Kävimme eilen illalla saunassa ja uimme sen jälkeen järvessä.
        Voisitko soittaa huoltoyhtiölle ja kysyä, milloin lämmitys korjataan?
        Tyttäreni aloittaa koulun elokuussa, ja hän odottaa sitä innokkaasti.
    """,
    "Turkish": """
        Dün akşam annemle uzun uzun konuştuk, taşınmaya karar vermişler.
        Toplantıyı perşembe gününe erteleyebilir miyiz, doktora gitmem gerekiyor.
        Köpeğimiz hastalandığı için veterinere götürmek zorunda kaldık.
    """,
    "Vietnamese": """
        Hôm qua tôi đã gặp lại người bạn cũ ở quán cà phê gần trường.
        Anh ấy vừa chuyển sang công ty mới và rất thích công việc ở đó.
        Cuối tuần này chúng tôi sẽ đưa bọn trẻ về thăm ông bà ở quê.
    """,
    "Russian": """
        Вчера мы долго гуляли по набережной и говорили о новой работе.
        Не забудь, пожалуйста, позвонить бабушке и поздравить её с днём рождения.
        В следующем месяце они переезжают в Казань, потому что там живёт её брат.
    """,
    "Greek": """
        Χθες το βράδυ φάγαμε σε μια ταβέρνα δίπλα στη θάλασσα.
        Μπορείς να πάρεις τα παιδιά από το σχολείο την Πέμπτη;
        Ο αδερφός μου δουλεύει στη Θεσσαλονίκη εδώ και τρία χρόνια.
    """,
    "Arabic": """
        ذهبنا أمس إلى السوق واشترينا الخضار والفواكه للعشاء.
        هل يمكنك الاتصال بالطبيب وتأجيل الموعد إلى يوم الخميس؟
        تعمل أختي في مستشفى قريب من بيتنا منذ خمس سنوات.
    """,
    "Hindi": """
        कल हम अपने दोस्तों के साथ फिल्म देखने गए थे।
        क्या तुम गुरुवार को बच्चों को स्कूल से ला सकते हो?
        मेरी बहन पाँच साल से दिल्ली के एक अस्पताल में काम करती है।
    """,
    "Chinese": """
        昨天晚上我们在车站附近的一家小餐馆吃了饭。
        你能不能帮我给医生打个电话，把预约改到星期四？
        我妹妹五年前搬到了成都，现在在一家医院工作。
    """,
    "Japanese": """
        昨日の夜、駅の近くの小さなレストランで友達と食事をしました。
        木曜日に子供たちを学校まで迎えに行ってもらえますか。
        妹は五年前から大阪の病院で働いています。
    """,
    "Korean": """
        어제 저녁에 역 근처에 있는 작은 식당에서 밥을 먹었어요.
        목요일에 아이들을 학교에서 데려와 줄 수 있어요?
        제 여동생은 오 년 전부터 부산에 있는 병원에서 일하고 있어요.
    """,
}


def main(arguments: Sequence[str] | None = None) -> None:
    """Print one row for each kind of text and tokenizer."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--tokenizer", action="append", default=[], metavar="NAME=PATH")
    parser.add_argument("--texts", type=Path, metavar="FILE", help="JSONL of {kind, text}")
    chosen = parser.parse_args(arguments)
    paths = found() | {
        name: Path(path) for name, _, path in (each.partition("=") for each in chosen.tokenizer)
    }
    if not paths:
        parser.error("no tokenizer found: install litellm, or give --tokenizer NAME=PATH")
    counts = {name: tokenizer(name, path) for name, path in paths.items()}
    print(f"{'kind':<20} {'tokenizer':<12} lines  median    p5   p95  too low  prompt")
    for kind, texts in (read(chosen.texts) if chosen.texts else own()).items():
        for name, count in counts.items():
            print(f"{kind:<20} {name:<12} {row(texts, count)}")


def row(texts: Sequence[str], count: Count) -> str:
    """Return the figures of one row, formatted."""
    ratios = ratios_of(texts, count)
    prompts = sorted(ratios_of(joined(texts), count))
    low = sum(ratio < 1 for ratio in ratios) / len(ratios)
    ratios.sort()
    five, middle, ninety_five = (ratios[int(at * (len(ratios) - 1))] for at in (0.05, 0.5, 0.95))
    return (
        f"{len(texts):>5}  {middle:>6.2f}  {five:>4.2f}  {ninety_five:>4.2f}  {low:>6.0%}  "
        f"{prompts[len(prompts) // 2]:>6.2f}"
    )


def ratios_of(texts: Iterable[str], count: Count) -> list[float]:
    """Return estimate / real for each text that has any token."""
    return [estimate_tokens(text) / real for text in texts if (real := count(text))]


def joined(texts: Sequence[str]) -> list[str]:
    """Join texts, one a line, into prompts of about PROMPT_CHARS characters."""
    prompts = [""]
    for text in texts:
        if len(prompts[-1]) > PROMPT_CHARS:
            prompts.append("")
        prompts[-1] += text + "\n"
    return prompts


def own() -> Texts:
    """Return this module's texts, line by line."""
    return {
        kind: [line.strip() for line in text.strip().splitlines()]
        for kind, text in OWN_TEXTS.items()
    }


def read(path: Path) -> Texts:
    """Read texts from a JSONL file, by kind."""
    texts: Texts = {}
    for line in path.read_text(encoding="utf-8").splitlines():
        record = json.loads(line)
        texts.setdefault(str(record.get("kind", "texts")), []).append(str(record["text"]))
    return texts


def found() -> dict[str, Path]:
    """Find the tokenizers that an installed litellm brings along, without importing it."""
    spec = importlib.util.find_spec("litellm")
    if spec is None or spec.origin is None:
        return {}
    folder = Path(spec.origin).parent / "litellm_core_utils" / "tokenizers"
    return {name: folder / file for name, file in LITELLM.items() if (folder / file).exists()}


def tokenizer(name: str, path: Path) -> Count:
    """Load a tokenizer from its file; special tokens are not counted."""
    if path.suffix == ".json":
        loaded = importlib.import_module("tokenizers").Tokenizer.from_file(str(path))
        loaded.no_truncation()
        loaded.no_padding()
        return lambda text: len(loaded.encode(text, add_special_tokens=False).ids)
    ranks = {
        base64.b64decode(token): int(rank)
        for token, rank in (line.split() for line in path.read_bytes().splitlines() if line)
    }
    split = O200K_SPLIT if "o200k" in name else CL100K_SPLIT
    encoding = importlib.import_module("tiktoken").Encoding(
        name, pat_str=split, mergeable_ranks=ranks, special_tokens={}
    )
    return lambda text: len(encoding.encode_ordinary(text))


if __name__ == "__main__":
    main()
