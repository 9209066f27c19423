"""A notebook that counts how often it is opened.

usage: notebook.py SERVER FOLDER [THEME | off]
"""

import sys
from pathlib import Path

from glean import Configuration, Glean, load_metrics, load_pings

DEFINITIONS = Path(__file__).parent.parent / "definitions"
metrics = load_metrics(DEFINITIONS / "metrics.yaml")
pings = load_pings(DEFINITIONS / "pings.yaml")


def main(server: str, folder: str, theme: str = "paper") -> None:
    Glean.initialize(
        application_id="org-example-notebook",
        application_version="1.2.0",
        # What the person chose the last time. After `off`, this sends the deletion request.
        upload_enabled=theme != "off",
        data_dir=Path(folder),
        configuration=Configuration(server_endpoint=server, channel="release"),
    )
    metrics.notebook.opened.add(1)
    metrics.notebook.theme.set(theme)
    pings.usage.submit(pings.usage_reason_codes.CLOSED.value)
    Glean.shutdown()


if __name__ == "__main__":
    main(*sys.argv[1:])
