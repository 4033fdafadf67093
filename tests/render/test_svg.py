"""A picture inside a page: nothing by style, no script, its exact values on hover."""

from __future__ import annotations

from zhibi.render.svg import inlined

FONT = '"Noto Sans SC", sans-serif'


def test_style_becomes_attributes() -> None:
    drawn = '<svg class="marks"><path style="cursor: pointer; fill:red" d="M0,0"/></svg>'
    assert inlined(drawn, FONT) == (
        '<svg font-family=\'"Noto Sans SC", sans-serif\' class="marks">'
        '<path cursor="pointer" fill="red" d="M0,0"/></svg>'
    )


def test_a_mark_says_what_it_is_on_hover() -> None:
    drawn = '<path aria-label="a: 1 &lt;b&gt;" role="graphics-symbol" d="M0,0"/>'
    assert inlined(drawn, FONT) == '<path d="M0,0"><title>a: 1 &lt;b&gt;</title></path>'
    text = '<text aria-label="a: 1" role="graphics-symbol" x="1">1 万</text>'
    assert inlined(text, FONT) == '<text x="1"><title>a: 1</title>1 万</text>'


def test_axes_and_lines_say_nothing() -> None:
    for drawn in (
        '<g aria-label="X-axis" role="graphics-symbol"></g>',
        '<path aria-label="its first point" aria-roledescription="line mark"/>',
    ):
        assert "title" not in inlined(drawn, FONT)


def test_coordinates_are_as_fine_as_a_screen() -> None:
    assert inlined('<path d="M0.0225,5.2780000004h-15.4440001v1e-7"/>', FONT) == (
        '<path d="M0.02,5.28h-15.44v1e-7"/>'
    )


def test_names_stay_as_they_are() -> None:
    """A number in a text is no coordinate, and what looks like a tag in it is escaped."""
    drawn = '<text fill="#1d2329">3.14159 &lt;path style="x"/&gt;</text>'
    assert inlined(drawn, FONT) == drawn
