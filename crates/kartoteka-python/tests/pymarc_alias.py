"""A plugin of pytest: `import pymarc` is `kartoteka.pymarc`, as for a script whose import line was changed."""

import sys

from kartoteka import pymarc

sys.modules["pymarc"] = pymarc
for name in ("constants", "exceptions", "field", "leader", "marc8", "marcjson", "marcxml", "reader", "record", "writer"):
    sys.modules[f"pymarc.{name}"] = getattr(pymarc, name)
