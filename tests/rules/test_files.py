"""Which files are taken, by what is in them, and how they are called. No database."""

import pytest

from conversations.files.rules import LARGEST, FileNotTaken, FileTooLarge, clean_name, sort_of

PNG = b"\x89PNG\r\n\x1a\n" + b"0" * 20


@pytest.mark.parametrize(
    ("data", "media"),
    [
        (PNG, "image/png"),
        (b"\xff\xd8\xff\xe0" + b"0" * 20, "image/jpeg"),
        (b"RIFF\x00\x00\x00\x00WEBPVP8 ", "image/webp"),
        (b"RIFF\x00\x00\x00\x00WAVEfmt ", "audio/wav"),
        (b"\x00\x00\x00\x18ftypheic0000", "image/heic"),
        (b"\x00\x00\x00\x18ftypisom0000", "video/mp4"),
        (b"%PDF-1.7\n", "application/pdf"),
        (b"PK\x03\x04....", "application/zip"),
        ("订单,颜色\r\n4711,蓝\n".encode(), "text/plain; charset=utf-8"),
        (b"<script>alert(1)</script>", "text/plain; charset=utf-8"),
    ],
)
def test_what_it_is_is_seen_from_its_bytes(data: bytes, media: str) -> None:
    assert sort_of(data=data).media == media


@pytest.mark.parametrize(
    "data", [b"", b"  \n", b"MZ\x90\x00\x03", b"\x7fELF\x02\x01\x01\x00", b"text\x00with nothing", b"\xfe\xfe\xfe"]
)
def test_what_is_not_taken(data: bytes) -> None:
    with pytest.raises(FileNotTaken):
        sort_of(data=data)


def test_the_largest_that_is_taken() -> None:
    assert sort_of(data=PNG.ljust(LARGEST, b"0")).media == "image/png"
    with pytest.raises(FileTooLarge):
        sort_of(data=PNG.ljust(LARGEST + 1, b"0"))


@pytest.mark.parametrize(
    ("name", "clean"),
    [
        ("photo.PNG", "photo.png"),
        ("../../etc/passwd", "passwd.png"),
        (r"C:\temp\photo.png", "photo.png"),
        ("invoice.exe", "invoice.exe.png"),
        ("gnp\u202e.exe.png", "gnp.exe.png"),
        ('a"b\r\nX: y.png', "abX y.png"),
        (".png", "png.png"),
        ("...", "file.png"),
        ("包裹 照片.png", "包裹 照片.png"),
        ("x" * 300 + ".png", "x" * 116 + ".png"),
    ],
)
def test_names_lead_nowhere_and_end_as_such_files_do(name: str, clean: str) -> None:
    assert clean_name(name=name, sort=sort_of(data=PNG)) == clean
