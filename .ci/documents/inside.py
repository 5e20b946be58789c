# SPDX-License-Identifier: AGPL-3.0-or-later
"""What a file holds besides its pages: the tree of tags, with the words for who does not see, and the outline; as qpdf tells of them."""

import json
import re

import printed

REFERENCE = re.compile(r"\d+ \d+ R")
# What leads elsewhere in the tree, or is told apart.
APART = {"/Type", "/S", "/K", "/P", "/Pg"}


class Inside:
    """The objects of a file, by their references, and its pages in their order."""

    def __init__(self, path):
        self.path = path
        said = json.loads(printed.tool("qpdf", "--json=2", "--json-key=qpdf", "--json-key=pages", path))
        self.objects = said["qpdf"][1]
        self.places = {page["object"]: place for place, page in enumerate(said["pages"])}
        self.root = self.of(self.objects["trailer"]["value"]["/Root"])

    def of(self, value):
        """What a reference leads to, or the value itself."""
        while isinstance(value, str) and REFERENCE.fullmatch(value):
            held = self.objects[f"obj:{value}"]
            value = held["value"] if "value" in held else held["stream"]["dict"]
        return value

    def told(self, value):
        """The same with all that it refers to; a text as it is read."""
        value = self.of(value)
        if isinstance(value, dict):
            return {name: self.told(one) for name, one in value.items()}
        if isinstance(value, list):
            return [self.told(one) for one in value]
        return text(value)

    def children(self, node):
        held = self.of(node.get("/K", []))
        return held if isinstance(held, list) else [held]

    def tags(self, node, first=0, page=None, depth=0):
        """The tags below one, in the order of reading: (depth, role, what is said of it), and what was drawn, as (depth, page, mark). Pages
        are counted from the given one."""
        page = node.get("/Pg", page)
        for child in self.children(node):
            child = self.of(child)
            if isinstance(child, int):
                yield depth, self.places[page] - first, child
            elif "/S" not in child:
                yield depth, self.places[child.get("/Pg", page)] - first, child["/MCID"]
            else:
                yield depth, child["/S"], {name: self.told(one) for name, one in child.items() if name not in APART}
                yield from self.tags(child, first, page, depth + 1)

    def document(self):
        """The tag of the whole: the only one below the tree's root."""
        [only] = self.children(self.of(self.root["/StructTreeRoot"]))
        return self.of(only)

    def alternatives(self):
        """The words for who does not see a figure, in the order of reading; none where there are none."""
        return [said.get("/Alt") for _, role, said in self.tags(self.document()) if role == "/Figure"]

    def outline(self, of=None):
        """The entries of the outline: (title, page, height on it, the entries below)."""
        entry = self.of((of or self.of(self.root.get("/Outlines", {}))).get("/First"))
        while entry:
            page, _, _, top, *_ = self.of(entry["/Dest"])
            yield text(entry["/Title"]), self.places[page], top, list(self.outline(entry))
            entry = self.of(entry.get("/Next"))


def text(value):
    """A text without qpdf's mark that it is one."""
    return value.removeprefix("u:") if isinstance(value, str) else value
