"""Pictures of segments: where each stands in every feature, and how far apart the accounts lie."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from zhibi.measures.behaviour_features import Feature
from zhibi.measures.segmenting import Population, Segmentation, drawn, plane, standing
from zhibi.result import Chart, Column, Figure, Mark, Sentence, Unit

POINTS = 1_000  # drawn accounts: more make a page slow and show no more
ROWS = 12  # segments in a heat map, the largest


def heat_map(
    people: Population, found: Segmentation, features: Sequence[Feature], segment: Column
) -> Chart:
    """Where the middle account of each segment stands among all, feature by feature."""
    places = standing(people, found.number)
    used = [at for at, is_kept in enumerate(found.kept) if is_kept]
    names = found.names[:ROWS]
    rows = tuple(
        (features[at].label, name, None if np.isnan(place[at]) else float(place[at]))
        for name, place in zip(names, places, strict=False)
        for at in used
    )
    return Chart(
        key="standing",
        title="Where the middle customer of each segment stands among all",
        mark=Mark.HEAT_MAP,
        columns=(
            Column("feature", "Feature", Unit.TERM),
            segment,
            Column("standing", "Share of customers below", Unit.SHARE),
        ),
        rows=rows,
        x="feature",
        y=("standing",),
        series="segment",
        text=Sentence(
            "A share of 80 % says: of all customers 80 % have less of it than the middle customer "
            "of the segment."
        ),
    )


def scatter(
    people: Population, found: Segmentation, features: Sequence[Feature], segment: Column
) -> list[Chart]:
    """The accounts on the plane that shows most of their differences; none for one feature."""
    flat = plane(found.scaled)
    if flat is None:
        return []
    used = [feature for feature, is_kept in zip(features, found.kept, strict=True) if is_kept]
    shown = drawn(len(people.keys), at_most=POINTS)
    # Segment by segment, so that the legend stands in their order.
    shown = shown[np.argsort(found.number[shown], kind="stable")]
    rows = tuple(
        (
            people.names[at],
            found.names[found.number[at]],
            *(round(float(place), 4) for place in flat.places[at]),
        )
        for at in shown
    )
    chart = Chart(
        key="plane",
        title="Customers who behave alike lie close together",
        mark=Mark.SCATTER,
        columns=(
            Column("name", "Customer", Unit.NAME),
            segment,
            Column("across", "Left to right", Unit.RATIO),
            Column("up", "Upwards", Unit.RATIO),
        ),
        rows=rows,
        x="across",
        y=("up",),
        series="segment",
        text=Sentence(
            "From left to right mostly “{across}” grows, upwards “{up}”; the picture shows {share} "
            "of all differences, with {n:customer|customers} drawn.",
            {
                "across": Figure(used[flat.across].label, Unit.TERM),
                "up": Figure(used[flat.up].label, Unit.TERM),
                "share": Figure(flat.share, Unit.SHARE),
                "n": Figure(len(rows), Unit.COUNT),
            },
        ),
    )
    return [chart]
