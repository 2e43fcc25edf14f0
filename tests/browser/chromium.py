"""Finds a Chromium or Chrome on this machine, or installs one: `python -m tests.browser.chromium`."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Final

# The address bar's menus are pages too, two in every window: without them the tests take a third less time.
# Only the last such list counts, so that what Playwright switches off, and pages would notice, is here again.
SWITCHED_OFF: Final = (
    "WebUIOmniboxPopup",
    "WebUIOmniboxAimPopup",
    "WebUIOmniboxFullPopup",
    "HttpsUpgrades",
    "LensOverlay",
    "MediaRouter",
    "OptimizationHints",
    "PaintHolding",
)
LAUNCH: Final = [
    "--no-sandbox",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-gpu",
    "--enable-unsafe-swiftshader",
    "--force-color-profile=srgb",
    "--font-render-hinting=none",
    f"--disable-features={','.join(SWITCHED_OFF)}",
]
NAMES: Final = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome", "msedge")
MAC: Final = ("Google Chrome", "Chromium", "Microsoft Edge")
WINDOWS: Final = (r"Google\Chrome\Application\chrome.exe", r"Microsoft\Edge\Application\msedge.exe")


def find_chromium() -> str | None:
    """The path of a browser that can be driven; None where there is none."""
    return next((str(path) for path in candidates() if path.is_file()), None)


def candidates() -> Iterator[Path]:
    """Where a browser may be: what $CHROME names, the PATH, the usual folders, Playwright's own."""
    if named := os.environ.get("CHROME"):
        yield Path(shutil.which(named) or named)
    yield from (Path(found) for name in NAMES if (found := shutil.which(name)))
    if sys.platform == "darwin":
        for folder in (Path("/Applications"), Path.home() / "Applications"):
            yield from (folder / f"{name}.app" / "Contents" / "MacOS" / name for name in MAC)
    if sys.platform == "win32":
        for variable in ("PROGRAMFILES", "PROGRAMFILES(X86)", "LOCALAPPDATA"):
            if folder := os.environ.get(variable):
                yield from (Path(folder) / name for name in WINDOWS)
    yield from playwrights_own()


def playwrights_own() -> Iterator[Path]:
    """The browser that `playwright install chromium` has put down."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        yield Path(playwright.chromium.executable_path)


def install() -> None:
    """Install a browser: Playwright's, else the system's package where we may."""
    attempts = [[sys.executable, "-m", "playwright", "install", "chromium"]]
    if shutil.which("apt-get") and hasattr(os, "geteuid") and os.geteuid() == 0:
        attempts += [["apt-get", "update", "-q"], ["apt-get", "install", "-qy", "--no-install-recommends", "chromium"]]
    for command in attempts:
        print("No Chromium or Chrome found; running", " ".join(command), flush=True)
        subprocess.run(command, check=False)
        if find_chromium():
            return


def main() -> int:
    """Say which browser the tests will drive; 1 where there is none and CI wants one."""
    if find_chromium() is None:
        install()
    path = find_chromium()
    print(f"Browser for the tests: {path}" if path else "No browser: install Chromium or set CHROME to its path.")
    return 1 if path is None and os.environ.get("CI") else 0


if __name__ == "__main__":
    raise SystemExit(main())
