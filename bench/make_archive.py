"""Made-up news in the format of `import_articles`, for measuring: python -m bench.make_archive --stories 10000.

The words follow Zipf's law over some four thousand of them; every story is about one to four of 400 topics, each with
words, people and places of its own, so that full-text search and term weights have something to find. The same seed
always gives the same bytes.
"""

import argparse
import json
import random
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import accumulate, product
from typing import Any

from django.utils.text import slugify

SECTIONS = ("Politics", "Business", "World", "Technology", "Science", "Health", "Culture", "Sport", "Travel", "Opinion")
LAST_STORY_AT = datetime(2025, 6, 30, 18, tzinfo=UTC)
BYTES_A_STORY = 6000


def _words(text: str) -> list[str]:
    return text.split()


_COMMON = _words(
    """
    the of and to a in that is was for on with as by at from it he she they his her its their be are were been has had
    have will would could should may not but or which who when where after before while than then so if all more most
    some many other new over under between against during without through about into out up down only also still even
    one two three four five first last next year years week month day time people government council company city town
    country police court minister report plan law vote price money work school hospital road house water market union
    public local national official spokesman residents workers members group party committee board chief director said
    told asked called made found gave took came went left kept held put set began ended rose fell grew cut paid built
    """
)
_SUBJECTS = _words(
    """
    Bridge Harbour Railway Housing Energy Water School Hospital Farming Fishing Broadband Airport Museum Theatre
    Football Election Budget Climate Flood Forest
    """
)
_ASPECTS = _words(
    """
    safety funding strikes reform closures prices research planning workers inquiry standards access history technology
    exports tourism volunteers insurance maintenance protests
    """
)
_FIRST_NAMES = _words(
    """
    Ada Bram Celia Dorian Edda Farid Greta Hamish Imke Jonas Kaia Leander Mirela Nils Odalys Priya Quentin Rosalind Sefa
    Tomas Ulrike Viggo Wanda Xenia Yusuf Zelda Anouk Bastian Carmen Delphine
    """
)
_STARTS = _words("Bran Cald Dorn Eld Fen Gar Hol Inver Kel Lang Mar Nor Oak Pen Quar Rav Stan Thorn Ul Wex")
_ENDS = _words("ham ford wick by ton dale mere mouth stead combe bury worth field hurst leigh")
_ONSETS = _words("b c d f g h l m n p r s t v br cl cr dr fl gr pl pr sc sh sl sp st tr th wh")
_VOWELS = _words("a e i o u ai ea ou ee")
_CODAS = _words("n r s t l m nd rt st ck ll ss nt mp")
_SUFFIXES = ("", "", "", "", "s", "ed", "ing", "er", "ly", "ment", "tion", "al")
_HEADLINE_VERBS = ("delayed", "approved", "questioned", "halted", "doubled", "rejected", "reopened", "under review")
_BODIES = ("Authority", "Institute", "Trust", "Holdings", "Union", "University", "Agency", "Foundation", "Group", "Lab")


def zipf_weights(count: int, *, exponent: float = 1.0) -> list[float]:
    """Cumulative weights of `count` words of which the n-th is 1/n^exponent as frequent as the first."""
    return list(accumulate(1 / rank**exponent for rank in range(1, count + 1)))


@dataclass(frozen=True, eq=False)
class Topic:
    """One thing that stories are about, and the vocabulary that gives it away."""

    name: str
    section: str
    words: list[str]
    people: list[str]
    places: list[str]
    bodies: list[str]


class Newsroom:
    """Vocabulary, people and topics; everything is drawn from one generator of random numbers."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        rare = sorted({self._word() for _ in range(5000)})
        self.random.shuffle(rare)
        self.words = [*_COMMON, *rare[:3600]]
        self.weights = zipf_weights(len(self.words))
        places = [start + end for start, end in product(_STARTS, _ENDS)]
        surnames = [*places, *(self._word().capitalize() for _ in range(200))]
        people = sorted({f"{self._pick(_FIRST_NAMES)} {self._pick(surnames)}" for _ in range(900)})
        self.random.shuffle(people)
        self.authors = people[:120]
        self.topics = [
            Topic(
                name=f"{subject} {aspect}",
                section=SECTIONS[number % len(SECTIONS)],
                words=[subject.lower(), aspect, *self.random.sample(rare, 28)],
                people=self.random.sample(people[120:], 5),
                places=self.random.sample(places, 4),
                bodies=[f"{self._pick(places)} {self._pick(_BODIES)}" for _ in range(3)],
            )
            for number, (subject, aspect) in enumerate(product(_SUBJECTS, _ASPECTS))
        ]
        self.random.shuffle(self.topics)
        self.topic_weights = zipf_weights(len(self.topics), exponent=0.6)
        self.word_weights = zipf_weights(30, exponent=0.7)

    def _pick(self, values: Any) -> Any:
        return self.random.choice(values)

    def _word(self) -> str:
        syllables = self.random.choices((1, 2, 3), (2, 5, 2))[0]
        stem = "".join(self._pick(_ONSETS) + self._pick(_VOWELS) for _ in range(syllables))
        return stem + self._pick(_CODAS) + self._pick(_SUFFIXES)

    def story(self, number: int, published_at: datetime) -> dict[str, Any]:
        """One line of the archive, as a value."""
        count = self.random.choices((1, 2, 3, 4), (3, 4, 2, 1))[0]
        topics = list(dict.fromkeys(self.random.choices(self.topics, cum_weights=self.topic_weights, k=count)))
        main = topics[0]
        verb, link = self._pick(_HEADLINE_VERBS), self._pick(("after", "over", "before", "despite", "amid"))
        title = " ".join([self._pick(main.places), *main.words[:2], verb, link, *self._terms(topics, 3)])
        standfirst = f"{self._sentence(topics)} {self._sentence(topics)}"
        body = self._body(topics, BYTES_A_STORY - len(title) - len(standfirst))
        return {
            "id": f"archive-{number:07}",
            "slug": f"{slugify(title)[:80]}-{number}",
            "title": title,
            "standfirst": standfirst[:480],
            "section": main.section,
            "authors": self.random.sample(self.authors, self.random.choices((1, 2, 3), (8, 3, 1))[0]),
            "topics": [topic.name for topic in topics],
            "published_at": published_at.isoformat().replace("+00:00", "Z"),
            "body": body,
        }

    def _body(self, topics: list[Topic], size: int) -> list[dict[str, str]]:
        blocks: list[dict[str, str]] = []
        while size > 0:
            sentences = [self._sentence(topics) for _ in range(self.random.randint(2, 5))]
            block = {"type": "paragraph", "text": " ".join(sentences)}
            if len(blocks) % 7 == 3:
                speaker = self._pick(self._pick(topics).people)
                block = {"type": "quote", "text": " ".join(sentences[:2]), "attribution": speaker}
            elif len(blocks) % 7 == 5:
                heading = " and ".join(self._terms(topics, 2))
                blocks.append({"type": "heading", "text": heading.capitalize()})
            blocks.append(block)
            size -= len(block["text"]) + 60
        return blocks

    def _sentence(self, topics: list[Topic]) -> str:
        length = self.random.randint(9, 24)
        words = self._filler(length)
        for term in self._terms(topics, length // 4):
            words[self.random.randrange(length)] = term
        topic = self._pick(topics)
        chance = self.random.random()
        if chance < 0.25:
            words[0] = self._pick(topic.people)
        elif chance < 0.4:
            words[-1] = self._pick(topic.places)
        elif chance < 0.5:
            words[length // 2] = f"the {self._pick(topic.bodies)}"
        elif chance < 0.6:
            words[length // 2] = str(self.random.randint(2, 950))
        if length > 15:
            words[length // 2 - 1] += ","
        text = " ".join(words)
        return f"{text[0].upper()}{text[1:]}."

    def _filler(self, count: int) -> list[str]:
        return self.random.choices(self.words, cum_weights=self.weights, k=count)

    def _terms(self, topics: list[Topic], count: int) -> list[str]:
        return self.random.choices(self._pick(topics).words, cum_weights=self.word_weights, k=count)


def make_stories(count: int, *, seed: int = 1) -> Iterator[dict[str, Any]]:
    """`count` stories, oldest first, the last of them published at `LAST_STORY_AT`."""
    newsroom = Newsroom(seed)
    for number in range(1, count + 1):
        published_at = LAST_STORY_AT - timedelta(minutes=37 * (count - number))
        yield newsroom.story(number, published_at)


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--stories", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    for story in make_stories(options.stories, seed=options.seed):
        sys.stdout.write(json.dumps(story, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    main()
