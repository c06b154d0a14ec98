"""Names of people, places and organisations in a text, found by how they are written. Pure.

No list of names and no grammar: a name is a run of capitalised words that is not capitalised for another reason. Where
nouns are capitalised (German), a single word is not taken for a name.
"""

import re
from collections import Counter
from collections.abc import Collection, Iterable

_PARTICLES = "of|and|for|the|de|la|le|du|des|del|della|di|da|von|van|der|den|zu|y|e"
_WORD = r"[^\W\d_a-zß-öø-ÿ][\w&'’-]*"
_RUN = re.compile(rf"{_WORD}(?:[ ](?:(?:{_PARTICLES})[ ]){{0,2}}{_WORD})*")
_LOWER = re.compile(r"\b[^\W\d_A-ZÀ-ÖØ-Þ][\w'’-]*")
_OPENS_A_SENTENCE = '.!?:;•“"„«(–—\n'
NOUNS_ARE_CAPITALISED = {"de", "lb"}
MAX_WORDS = 5


def find_names(paragraphs: Iterable[str], language: str, silent: Collection[str]) -> Counter[str]:
    """How often each name occurs. `silent` are words that say nothing, which a name does not begin or end with."""
    texts = list(paragraphs)
    lower = {word for text in texts for word in _LOWER.findall(text)}
    only_runs = language.split("-")[0] in NOUNS_ARE_CAPITALISED
    found: Counter[str] = Counter()
    opening: Counter[str] = Counter()
    for text in texts:
        for match in _RUN.finditer(text):
            before = text[: match.start()].rstrip(" ‘'")
            opens = not before or before[-1] in _OPENS_A_SENTENCE
            words = _strip(match.group().replace("’", "'").split(" "), silent)
            if opens and words and (words[0].lower() in lower or len(words) == 1) and not words[0].isupper():
                # Capitalised for its place in the sentence, unless it is a name that is written in full elsewhere.
                opening[words[0]] += len(words) == 1
                words = _strip(words[1:], silent)
            if not words or len(words) > MAX_WORDS or (only_runs and len(words) == 1 and not words[0].isupper()):
                continue
            name = " ".join(words).removesuffix("'s")
            if len(name) > 2 and not (len(words) == 1 and name.lower() in lower):
                found[name] += 1
    return _with_short_forms(found, opening)


def _strip(words: list[str], silent: Collection[str]) -> list[str]:
    while words and words[0].lower() in silent:
        words = words[1:]
    while words and (words[-1].lower() in silent or words[-1][0].islower()):
        words = words[:-1]
    return words


def _with_short_forms(found: Counter[str], opening: Counter[str]) -> Counter[str]:
    """Count a surname that stands alone as the one full name that ends with it."""
    merged: Counter[str] = Counter()
    for name, times in [*found.items(), *opening.items()]:
        full = [other for other in found if " " not in name and other.endswith(f" {name}")]
        if len(full) == 1:
            merged[full[0]] += times
        elif name in found:
            merged[name] += times
    return merged
