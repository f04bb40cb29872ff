"""`python -m bench.watching_page URL SERIAL`: asks as the page Now does when a browser has it open, until its standard
input ends; then it prints how many pictures it has loaded."""

import json
import re
import sys
import threading
from urllib.parse import quote
from urllib.request import Request, urlopen


def main(url: str, serial: str) -> None:
    pictures = set[str]()
    threading.Thread(target=_watch, args=(url, serial, pictures), daemon=True).start()
    sys.stdin.read()
    print(len(pictures), flush=True)


def _watch(url: str, serial: str, pictures: set[str]) -> None:
    _get(url, f"/?q={quote(serial)}")
    topic = f"phone:{quote(serial, safe='')}"
    with urlopen(f"{url}/stream?topics={quote(topic)}", timeout=300) as stream:
        print("open", flush=True)
        for line in stream:
            if not line.startswith(b"data:"):
                continue
            topics = json.loads(line.removeprefix(b"data:"))["topics"]
            if "now" in topics or "*" in topics:
                _get(url, "/now/above")
                _get(url, "/header")
            if topic in topics or "*" in topics:
                tile = _get(url, f"/now/tiles?lane={quote(serial)}").decode()
                for picture in set(re.findall(r'data-picture="([^"]+)"', tile)) - pictures:
                    _get(url, picture)
                    pictures.add(picture)


def _get(url: str, path: str) -> bytes:
    with urlopen(Request(url + path, headers={"HX-Request": "true"}), timeout=60) as answer:
        content: bytes = answer.read()
        return content


main(*sys.argv[1:])
