# SPDX-License-Identifier: AGPL-3.0-or-later
"""What is printed beside each code: whoever reads the paper and whoever scans it pay the same, by the same day."""

import printed

# How far above a code its module begins at most, and how far to its left, in millimetres. Modules are farther from each other.
ABOVE, BEFORE = 15.0, 5.0


def faults(path, told, codes):
    """The faults as (kind, what). The codes are of each kind in the order of reading: (page, box in millimetres)."""
    modules = [(page, box, kind, place) for kind, found in codes.items() for place, (page, box) in enumerate(found)]
    said = {(kind, place): [] for _, _, kind, place in modules}
    for page, words in enumerate(printed.sheets(path)):
        for left, top, _, _, word in words:
            if found := module([one for one in modules if one[0] == page], left, top):
                said[found].append(word)
    # A line that permits the slip has the day of it.
    always = {name: {one for text in told["texts"] for one in form.findall(printed.plain(text))} for name, form in printed.KINDS.items()}
    for kind, parts in told["beside"].items():
        for place, part in enumerate(parts):
            text = printed.plain(" ".join(said.get((kind, place), [])))
            where = f"beside the {kind.replace('_', ' ')} {place + 1}"
            for name, form in printed.KINDS.items():
                meant = {one for word in part for one in form.findall(word)}
                stands = set(form.findall(text))
                for one in sorted(meant - stands):
                    yield "beside", f"the {name} {one} is not {where}: “{text}”"
                for one in sorted(stands - meant - always[name]):
                    yield "beside", f"the {name} {one} is {where}, and of another part"
            for word in part:
                if not any(form.search(word) for form in printed.KINDS.values()) and word not in text.split():
                    yield "beside", f"“{word}” is not {where}: “{text}”"


def module(codes, left, top):
    """To which code a word belongs: the last row that begins above it, and there the last code that begins before it."""
    above = [one for one in codes if one[1][1] - ABOVE <= top]
    if not above:
        return None
    row = max(one[1][1] for one in above)
    before = [one for one in above if row - one[1][1] < ABOVE and one[1][0] - BEFORE <= left]
    return max(before, key=lambda one: one[1][0])[2:] if before else None
