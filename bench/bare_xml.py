"""The yardstick of XML, with lxml alone: every element of a file is parsed and let go of, and nothing done with it.

``python bench/bare_xml.py FILE`` prints how many elements there are.
"""

from __future__ import annotations

import sys

from lxml import etree


def main() -> None:
    elements = 0
    for _, element in etree.iterparse(sys.argv[1]):
        elements += 1
        element.clear()
        while element.getprevious() is not None:
            del element.getparent()[0]
    print(elements)


if __name__ == "__main__":
    main()
