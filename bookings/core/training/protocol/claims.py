"""What may not be said of massage, found however it is put: one rule for pages, files and tests."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache

# However the sentence around it goes, no text for a runner needs these.
NEVER_NEEDED = re.compile(
    r"\b(?:injury-free|heal(?:s|ed|ing)?|toxins?|detox\w*|lactic|scar tissue|adhesions?"
    r"|recover\w*\s+(?:faster|quicker|sooner)|(?:faster|quicker|speedier)\s+recover\w*)\b",
    re.IGNORECASE,
)
# "treats or cures", "breaks up", "improves"; what follows is what it would act on.
DOES_WHAT = re.compile(
    r"(?P<verbs>[a-z]+s(?: or [a-z]+s)*)(?: (?:up|down|out|off))? (?P<things>.+)", re.IGNORECASE
)
SENTENCE_ENDS = re.compile(r"[.!?;:<>\n]")
ENDINGS = "(?:e|es|s|ed|ing)?"


@dataclass(frozen=True)
class Claim:
    """Verbs and things of which no sentence may hold one of each; without verbs, the words."""

    words: str
    verbs: tuple[str, ...] = ()
    things: tuple[str, ...] = ()

    @classmethod
    def read(cls, words: str) -> "Claim":
        """From "improves performance or finish time"."""
        found = DOES_WHAT.fullmatch(words.strip())
        if not found:
            return cls(words)
        things = re.split(r",\s*|(?<!\s)\s++or\s+", found["things"])
        return cls(words, tuple(found["verbs"].split(" or ")), tuple(filter(None, things)))

    def is_made_in(self, sentence: str) -> bool:
        if self.words.casefold() in sentence.casefold():
            return True
        return _any_of(map(_verb, self.verbs), sentence) and _any_of(
            map(_thing, self.things), sentence
        )


def claims_in(text: str, not_allowed: Iterable[str]) -> list[str]:
    """The claims of that list, and words never needed, that a text for runners contains."""
    sentences = [sentence for sentence in SENTENCE_ENDS.split(text) if sentence.strip()]
    made = [
        words
        for words in not_allowed
        if any(_claim(words).is_made_in(sentence) for sentence in sentences)
    ]
    return made or [found[0] for found in NEVER_NEEDED.finditer(text)]


def promised_nothing_about(not_allowed: Iterable[str]) -> Iterator[str]:
    """What the claims are about, to be named without making them."""
    for words in not_allowed:
        yield from _claim(words).things or (words,)


@lru_cache(maxsize=256)
def _claim(words: str) -> Claim:
    return Claim.read(words)


def _any_of(patterns: Iterable[str], sentence: str) -> bool:
    return any(re.search(rf"\b{pattern}\b", sentence, re.IGNORECASE) for pattern in patterns)


def _verb(verb: str) -> str:
    """prevents: prevent, preventing, prevented; improves: improving."""
    stem = re.sub(r"e?s$", "", verb)
    return re.escape(stem) + ENDINGS


def _thing(thing: str) -> str:
    """injury: injuries, injured; toxins: toxin."""
    stem = re.sub(r"(?:y|s)$", "", thing)
    return re.escape(stem) + r"\w*"
