"""Draw the page of `vconv demo` after a conversion: python tests/demo_picture.py docs/images/demo.png [--dark]."""

import argparse
import io
import time
from pathlib import Path

import demo_server
from browser import chromium, emulate
from PIL import Image

WIDTH = 1100  # pixels


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("output", type=Path, help="PNG file to write")
    parser.add_argument("--dark", action="store_true", help="the dark colors (default: the light ones)")
    parser.add_argument("--width", type=int, default=WIDTH, help=f"of the window, in pixels (default: {WIDTH})")
    options = parser.parse_args()
    with demo_server.running(["vcc2016"]) as port, chromium("--hide-scrollbars") as page:
        emulate(page, options.width, 900, options.dark)
        page.get(f"http://127.0.0.1:{port}/")
        page.implicitly_wait(30)
        page.find_element("css selector", "[name=speaker][value=TF1]").click()
        page.find_element("id", "file").send_keys(str(demo_server.SENTENCE))
        page.find_element("css selector", "#hear-all:enabled").click()
        page.find_element("css selector", ".speaker button")
        page.find_element("css selector", "#convert:enabled").click()
        page.find_element("css selector", "#result:not([hidden])")
        height = page.execute_script("return document.documentElement.scrollHeight")
        emulate(page, options.width, height, options.dark)
        time.sleep(1)  # until the pictures have their new size
        picture = Image.open(io.BytesIO(page.get_screenshot_as_png())).convert("RGB")
    picture.quantize(96).save(options.output, optimize=True)


if __name__ == "__main__":
    main()
