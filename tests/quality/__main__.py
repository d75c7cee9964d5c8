"""Print every measure beside its floor: ``python -m tests.quality [CORPUS …] [--pin] [--because REASON]``.

``--pin`` raises the floors to what was measured; a floor that would sink is refused unless ``--because`` says why.
``--add MEASURE`` makes a new row for each corpus named.
"""

from __future__ import annotations

import argparse

from tests.quality import floors
from tests.quality.measures import MEASURES
from tests.quality.pages import CORPORA, has, scored


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("corpora", nargs="*", metavar="CORPUS", help=f"of {', '.join(CORPORA)}; all without one")
    parser.add_argument("--pin", action="store_true", help="raise the floors to what was measured")
    parser.add_argument("--because", metavar="REASON", help="lower floors too, for this reason")
    parser.add_argument("--add", metavar="MEASURE", action="append", default=[], choices=sorted(MEASURES))
    asked = parser.parse_args()
    table, reasons, _ = floors.read()
    figures: floors.Table = {}
    print(f"{'corpus':<14}{'measure':<24}{'figure':>8}{'floor':>8}")
    for corpus in asked.corpora or CORPORA:
        if not has(corpus):
            print(f"{corpus:<14}not there")
            continue
        for measure in sorted({*table.get(corpus, ()), *asked.add}):
            figure = figures.setdefault(corpus, {})[measure] = MEASURES[measure](scored(corpus))
            floor = table.get(corpus, {}).get(measure)
            below = "  BELOW" if floor is not None and figure < floor else ""
            print(f"{corpus:<14}{measure:<24}{figure:>8.4f}{'-' if floor is None else format(floor, '.4f'):>8}{below}")
    if asked.pin:
        try:
            floors.write(*floors.pinned(table, reasons, figures, asked.because))
        except floors.Lowered as error:
            parser.error(str(error))


if __name__ == "__main__":
    main()
