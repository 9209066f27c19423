"""Says whether a guide's examples stand in it as they are.

usage: quoted.py GUIDE
A comment that names a file below docs/examples announces the block that follows: its lines stand in
that file, one after another.
"""

import re
import sys
from pathlib import Path

guide = Path(sys.argv[1])
examples = guide.parent.parent / "examples"
blocks = re.findall(r"<!-- ([\w./-]+) -->\n+```\w*\n(.*?)^```", guide.read_text(), re.S | re.M)
wrong = [name for name, quoted in blocks if quoted not in (examples / name).read_text()]
for name in wrong:
    print(f"sdk: {guide.name} quotes {name} otherwise than it is", file=sys.stderr)
if not blocks:
    print(f"sdk: {guide.name} quotes no example", file=sys.stderr)
sys.exit(1 if wrong or not blocks else 0)
