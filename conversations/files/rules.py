"""Which files are taken: by what is in them, not by what they say they are; and how they are called. Pure."""

import unicodedata
from typing import Final, NamedTuple

from tenants.refusals import Refusal

LARGEST: Final = 10 * 1024 * 1024  # bytes
LONGEST: Final = 120  # characters of a name
NAMELESS: Final = "file"


class FileTooLarge(Refusal):
    """A file has at most 10 MiB."""

    code = "file_too_large"
    status = 413


class FileNotTaken(Refusal):
    """Pictures, sound, video, PDF, text and office documents are taken; this is none of them, or empty."""

    code = "file_not_taken"
    status = 415


class Sort(NamedTuple):
    """What files of a sort are served as, and how their names may end, the usual ending first."""

    media: str
    endings: tuple[str, ...]


PNG: Final = Sort("image/png", ("png",))
JPEG: Final = Sort("image/jpeg", ("jpg", "jpeg"))
GIF: Final = Sort("image/gif", ("gif",))
WEBP: Final = Sort("image/webp", ("webp",))
HEIC: Final = Sort("image/heic", ("heic", "heif"))
PDF: Final = Sort("application/pdf", ("pdf",))
MP4: Final = Sort("video/mp4", ("mp4", "m4v", "mov", "m4a"))
WEBM: Final = Sort("video/webm", ("webm", "mkv"))
MP3: Final = Sort("audio/mpeg", ("mp3",))
WAV: Final = Sort("audio/wav", ("wav",))
OGG: Final = Sort("audio/ogg", ("ogg", "oga", "opus"))
# Of archives only the endings of documents without macros are kept; any other archive is one.
ZIP: Final = Sort("application/zip", ("zip", "docx", "xlsx", "pptx", "odt", "ods", "odp"))
TEXT: Final = Sort("text/plain; charset=utf-8", ("txt", "csv", "log", "md", "json"))

_BEGINNINGS: Final = (
    (b"\x89PNG\r\n\x1a\n", PNG),
    (b"\xff\xd8\xff", JPEG),
    (b"GIF87a", GIF),
    (b"GIF89a", GIF),
    (b"%PDF-", PDF),
    (b"\x1aE\xdf\xa3", WEBM),
    (b"ID3", MP3),
    (b"\xff\xfb", MP3),
    (b"OggS", OGG),
    (b"PK\x03\x04", ZIP),
)
_IN_RIFF: Final = {b"WEBP": WEBP, b"WAVE": WAV}
_BRANDS_OF_HEIC: Final = frozenset({b"heic", b"heix", b"mif1", b"msf1", b"heim", b"heis"})
_WHITE: Final = frozenset("\t\n\r\f")


def sort_of(*, data: bytes) -> Sort:
    """Answer what a file is, by its bytes; raise FileTooLarge or FileNotTaken."""
    if len(data) > LARGEST:
        raise FileTooLarge
    found = next((sort for beginning, sort in _BEGINNINGS if data.startswith(beginning)), None) or _inside(data)
    if found is None:
        raise FileNotTaken
    return found


def clean_name(*, name: str, sort: Sort) -> str:
    """Answer a name that leads nowhere, shows nothing the wrong way round, and ends as such files do."""
    last = unicodedata.normalize("NFC", name).replace("\\", "/").rpartition("/")[2]
    seen = "".join(each for each in last if unicodedata.category(each)[0] != "C" and each not in '"<>:|?*')
    stem, dot, ending = " ".join(seen.split()).strip(". ").rpartition(".")
    if dot and ending.lower() in sort.endings:
        kept, end = stem, ending.lower()
    else:
        kept, end = stem + dot + ending, sort.endings[0]
    return f"{kept.strip('. ')[: LONGEST - 1 - len(end)] or NAMELESS}.{end}"


def _inside(data: bytes) -> Sort | None:
    """Answer what says further in what it is; texts say it by being readable all through."""
    if data[:4] == b"RIFF":
        return _IN_RIFF.get(data[8:12])
    if data[4:8] == b"ftyp":
        return HEIC if data[8:12] in _BRANDS_OF_HEIC else MP4
    return TEXT if _is_text(data) else None


def _is_text(data: bytes) -> bool:
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return False
    return bool(text.strip()) and all(each.isprintable() or each in _WHITE for each in _controls(text))


def _controls(text: str) -> set[str]:
    return {each for each in set(text) if unicodedata.category(each) == "Cc"}
