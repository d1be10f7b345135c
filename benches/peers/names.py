"""Vietnamese names, a distinct spelling at a time: repairs and the forms that records are compared by.

Input are spellings as delivered; output are rows for DuckDB. Called once a distinct value, so
that its cost does not grow with the records.
"""

import csv
import re
import unicodedata
from pathlib import Path

VOWEL_MARKS = "\u0302\u0306\u031b"  # circumflex, breve, horn: they make another letter
TONES = "\u0300\u0301\u0303\u0309\u0323"
# What no Vietnamese name has in Unicode: signs that a text was read in a wrong encoding.
SUSPECT = re.compile(r"[^\x00-\u024f\u1e00-\u1eff]|[\u0080-\u009f\u00a1-\u00bf\u00c4-\u00c7\u00cb\u00ce\u00cf"
                     r"\u00d1\u00d6-\u00d8\u00db\u00dc\u00de-\u00df\u00e4-\u00e7\u00eb\u00ee\u00ef\u00f1\u00f6-\u00f8"
                     r"\u00fb\u00fc\u00fe\u00ff]|[a-z][À-Ý]")
# Digits or letters that only VNI or Telex would leave there.
KEYS_LEFT = re.compile(r"[a-zđà-ỹ][0-9]|[aeiouyăâêôơưà-ỹ][fjwz]|w|aa|ee|oo|dd|[aeiouyà-ỹ][srx](\s|$)", re.I)

# The same two and a title, in DuckDB's syntax: which spellings are worth a call of `repair`.
NEEDS_REPAIR = (r"[^\x{0}-\x{24f}\x{1e00}-\x{1eff}]|[\x{80}-\x{9f}\x{a1}-\x{bf}\x{c4}-\x{c7}\x{cb}\x{ce}\x{cf}"
                r"\x{d1}\x{d6}-\x{d8}\x{db}\x{dc}\x{de}-\x{df}\x{e4}-\x{e7}\x{eb}\x{ee}\x{ef}\x{f1}\x{f6}-\x{f8}"
                r"\x{fb}\x{fc}\x{fe}\x{ff}]|[a-z][À-Ý]|[0-9]"
                r"|(?i:[aeiouyăâêôơưà-ỹ][fjwz]|w|aa|ee|oo|dd|[aeiouyà-ỹ][srx](\s|$)|^\s*(ông|bà|ong|ba)\s)")


def _rows(table: Path):
    with table.open(encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE)


class Repairs:
    """Undoes what systems and keyboards did to a spelling: wrong encodings, VNI and Telex keys, titles."""

    def __init__(self, reference: Path):
        self.tcvn = {int(row["byte_hex"], 16): row["unicode_nfc"]
                     for row in _rows(reference / "legacy_encodings.tsv") if row["encoding"] == "TCVN3-ABC"}
        letters = list(_rows(reference / "input_residue.tsv"))
        self.telex = self._longest_first({row["telex"]: row["letter"] for row in letters})
        self.vni = self._longest_first({row["vni_keys"]: row["letter"] for row in letters})
        self.surnames = {row["surname"].lower() for row in _rows(reference / "surnames.tsv")}

    @staticmethod
    def _longest_first(keys: dict):
        return keys, re.compile("|".join(sorted(map(re.escape, keys), key=len, reverse=True)))

    def repair(self, written: str) -> str:
        """The spelling meant, in lower case; unchanged where nothing is known to be wrong."""
        text = unicodedata.normalize("NFC", written)
        if SUSPECT.search(text):
            text = self._encoding(text)
        text = text.lower()
        if KEYS_LEFT.search(text):
            text = " ".join(self._keys(word) if KEYS_LEFT.search(word) else word for word in text.split(" "))
        return self._without_title(text)

    def _encoding(self, text: str) -> str:
        octets = bytearray()
        for letter in text:
            for encoding in ("cp1252", "latin-1"):
                try:
                    octets += letter.encode(encoding)
                    break
                except UnicodeEncodeError:
                    continue
            else:
                return text
        try:
            return unicodedata.normalize("NFC", octets.decode("utf-8"))
        except UnicodeDecodeError:
            return "".join(self.tcvn.get(octet, chr(octet)) for octet in octets)

    def _keys(self, word: str) -> str:
        keys, pattern = self.vni if any(letter.isdigit() for letter in word) else self.telex
        return pattern.sub(lambda found: keys[found.group()], word)

    def _without_title(self, text: str) -> str:
        """Ông and Bà go where a surname follows; Ông is a surname itself."""
        words = text.split()
        titled = len(words) > 2 and words[0] in ("ông", "bà", "ong", "ba") and words[1] in self.surnames
        return " ".join(words[1:]) if titled else text


class Syllables:
    """The forms of one syllable: spelt (tone last, wherever it was written), plain, sound."""

    ONSETS = [("ngh", "ng"), ("gh", "g"), ("ph", "f"), ("tr", "ch"), ("th", "th"), ("kh", "kh"), ("nh", "nh"),
              ("gi", "d"), ("qu", "cu"), ("k", "c"), ("x", "s"), ("v", "d"), ("z", "d"), ("r", "g")]
    CODAS = [("ng", "n"), ("nh", "n"), ("ch", "t"), ("c", "t")]

    def __init__(self, reference: Path):
        self.doublets = {}
        for row in _rows(reference / "syllable_variants.tsv"):
            if row["class"] == "doublet":
                one, other = row["form_a"].lower(), row["form_b"].lower()
                self.doublets.setdefault(self.spelt(other), self.plain(one))

    @staticmethod
    def spelt(syllable: str) -> str:
        letters = unicodedata.normalize("NFD", syllable)
        tone = "".join(mark for mark in letters if mark in TONES)
        rest = "".join(letter for letter in letters if letter not in TONES)
        return unicodedata.normalize("NFC", rest) + "".join(str(1 + TONES.index(mark)) for mark in tone[:1])

    @staticmethod
    def plain(syllable: str) -> str:
        letters = unicodedata.normalize("NFD", syllable.replace("đ", "d").replace("ð", "d"))
        return "".join(letter for letter in letters if not unicodedata.combining(letter))

    def sound(self, spelt: str, plain: str) -> str:
        """What the south makes one of: v, d and gi; tr and ch; s and x; n and ng; t and c; i and y; doublets."""
        heard = self.doublets.get(spelt, plain)
        for written, onset in self.ONSETS:
            if heard.startswith(written) and len(heard) > len(written):
                heard = onset + heard[len(written):]
                break
        heard = heard.replace("y", "i")
        for written, coda in self.CODAS:
            if heard.endswith(written) and len(heard) > len(written):
                return heard[: -len(written)] + coda
        return heard

    def forms(self, syllable: str):
        spelt, plain = self.spelt(syllable), self.plain(syllable)
        return [spelt, plain, self.sound(spelt, plain)]
