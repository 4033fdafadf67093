"""An empty deck in the look of the reports: theme, layouts, titles, footers and texts.

Fonts and colours are set in the theme, so that what people add or edit looks the same. The
East-Asian typeface is named there; without it PowerPoint sets Chinese in whatever it finds.
"""

from __future__ import annotations

import copy
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

from pptx import Presentation
from pptx.dml.color import RGBColor
from pptx.enum.text import MSO_ANCHOR, PP_ALIGN
from pptx.opc.oxml import serialize_part_xml
from pptx.oxml import parse_xml
from pptx.oxml.ns import qn
from pptx.oxml.xmlchemy import OxmlElement
from pptx.util import Pt

from zhibi.locale import CHINESE
from zhibi.render.axes import ACCENT, INK, LINE, QUIET, SEQUENCE
from zhibi.render.slides import fit

WIDE, HIGH, MARGIN = 960.0, 540.0, 44.0
LATIN, EAST_ASIAN = "Arial", "Microsoft YaHei"
PAPER: Final = "#fbfaf7"
_TITLE_SIZES: Final = (26, 24, 22, 20, 18)
_SMALL: Final = 10.5
_LAYOUTS: Final = ("Title Slide", "Title Only")


class Box(NamedTuple):
    """A place on a slide, in points."""

    left: float
    top: float
    width: float
    height: float


BODY_WIDTH: Final = WIDE - 2 * MARGIN
_KICKER: Final = Box(MARGIN, 22, BODY_WIDTH, 18)
_TITLE: Final = Box(MARGIN, 40, BODY_WIDTH, 72)
_FOOTER: Final = Box(MARGIN, 508, BODY_WIDTH - 60, 18)
_NUMBER: Final = Box(WIDE - MARGIN - 60, 508, 60, 18)
_COVER_TITLE: Final = Box(MARGIN, 150, BODY_WIDTH, 100)
_COVER_TEXT: Final = Box(MARGIN, 266, BODY_WIDTH, 70)


@dataclass(frozen=True, slots=True)
class Words:
    """Text of one look within a paragraph."""

    text: str
    size: float
    color: str = INK
    is_bold: bool = False


Paragraph = tuple[Words, ...]


class Deck:
    """Slides of one size, each with a title, a footer and its number."""

    def __init__(self, language: str, footer: str) -> None:
        self.language, self.footer = language, fit.plain(footer)
        self.file: Any = Presentation()
        self.file.slide_width, self.file.slide_height = Pt(WIDE), Pt(HIGH)
        _set_theme(self.file)
        _set_layouts(self.file)
        self.layouts = {layout.name: layout for layout in self.file.slide_layouts}

    def cover(self, title: str, subtitle: str) -> Any:
        slide = self.file.slides.add_slide(self.layouts["Title Slide"])
        title, subtitle = fit.plain(title), fit.plain(subtitle)
        size = next((s for s in (40, 34, 28) if fit.lines(title, s, _COVER_TITLE.width) <= 2), 24)
        self.fill(slide.shapes.title.text_frame, [(Words(title, size, INK, is_bold=True),)])
        self.fill(slide.placeholders[1].text_frame, [(Words(subtitle, 16, QUIET),)])
        rule = slide.shapes.add_connector(1, Pt(MARGIN), Pt(256), Pt(MARGIN + 96), Pt(256))
        rule.line.color.rgb, rule.line.width = rgb(ACCENT), Pt(3)
        return slide

    def slide(self, title: str, kicker: str = "") -> tuple[Any, Box]:
        """A slide with its takeaway as the title, and the place left below it; `kicker` names
        the section above."""
        slide = self.file.slides.add_slide(self.layouts["Title Only"])
        title = fit.plain(title)
        size = next((s for s in _TITLE_SIZES if fit.lines(title, s, _TITLE.width - 8) <= 2), 18)
        title = fit.cut_lines(title, size, _TITLE.width - 8, 3)
        self.fill(slide.shapes.title.text_frame, [(Words(title, size, INK, is_bold=True),)])
        kicker = fit.plain(kicker)
        if kicker and kicker != title:
            shown = fit.cut(kicker, 12, _KICKER.width)
            self.text(slide, _KICKER, [(Words(shown, 12, ACCENT, is_bold=True),)])
        self._foot(slide)
        top = _TITLE.top + fit.height([title], size, _TITLE.width - 8) + 16
        return slide, Box(MARGIN, top, BODY_WIDTH, _FOOTER.top - 14 - top)

    def text(self, slide: Any, box: Box, paragraphs: Sequence[Paragraph], *, gap: float = 0) -> Any:
        """A text box at this place; `gap` points lie between its paragraphs."""
        shape = slide.shapes.add_textbox(*map(Pt, box))
        self.fill(shape.text_frame, paragraphs, gap=gap)
        return shape

    def fill(self, frame: Any, paragraphs: Sequence[Paragraph], *, gap: float = 0) -> None:
        """Put paragraphs into the frame of a shape or a cell."""
        frame.word_wrap = True
        frame.margin_left = frame.margin_right = frame.margin_top = frame.margin_bottom = 0
        for at, words in enumerate(paragraphs):
            paragraph = frame.add_paragraph() if at else frame.paragraphs[0]
            if gap and at:
                paragraph.space_before = Pt(gap)
            for one in words:
                run = paragraph.add_run()
                run.text = fit.plain(one.text) if one.text.strip() else one.text
                run.font.size, run.font.bold = Pt(one.size), one.is_bold
                run.font.color.rgb = rgb(one.color)
                # Else the proofing of PowerPoint marks the text as misspelt.
                run.font._element.set("lang", self.language)
                if self.language == CHINESE:
                    run.font._element.set("altLang", "en-US")

    def _foot(self, slide: Any) -> None:
        """PowerPoint shows a footer only where the slide itself has one."""
        for placeholder in slide.slide_layout.placeholders:
            kind = placeholder.element.find(".//" + qn("p:ph")).get("type")
            if kind not in ("ftr", "sldNum"):
                continue
            element = copy.deepcopy(placeholder.element)
            slide.shapes._spTree.append(element)
            element.nvSpPr.cNvPr.set("id", str(len(slide.shapes) + 1))
            if kind == "ftr":
                shown = fit.cut(self.footer, _SMALL, _FOOTER.width)
                frame = slide.shapes[-1].text_frame
                self.fill(frame, [(Words(shown, _SMALL, QUIET),)])


def rgb(color: str) -> Any:
    return RGBColor.from_string(color.removeprefix("#").upper())


def element(tag: str, *children: Any, **attributes: object) -> Any:
    """An element of PowerPoint's own language, for what python-pptx has no word for."""
    made = OxmlElement(tag)
    for name, value in attributes.items():
        made.set(name, str(value))
    made.extend(children)
    return made


def colored(color: str) -> Any:
    return element("a:srgbClr", val=color.removeprefix("#").upper())


def align(paragraphs: Any, where: str) -> None:
    """Set paragraphs "left", "right" or in the "center"."""
    for paragraph in paragraphs:
        paragraph.alignment = getattr(PP_ALIGN, where.upper())


def _set_theme(file: Any) -> None:
    """Our colours and fonts in place of Office's."""
    related = file.slide_master.part.rels.values()
    part = next(rel.target_part for rel in related if rel.reltype.endswith("/theme"))
    theme = parse_xml(part.blob)
    names = {"dk1": INK, "lt1": PAPER, "dk2": QUIET, "lt2": LINE, "hlink": ACCENT}
    names |= {"folHlink": QUIET}
    names |= {f"accent{at}": color for at, color in enumerate(SEQUENCE, start=1)}
    for name, color in names.items():
        slot = theme.find(f".//{qn('a:clrScheme')}/{qn('a:' + name)}")
        for old in list(slot):
            slot.remove(old)
        slot.append(colored(color))
    for font in ("a:majorFont", "a:minorFont"):
        slot = theme.find(f".//{qn(font)}")
        slot.find(qn("a:latin")).set("typeface", LATIN)
        slot.find(qn("a:ea")).set("typeface", EAST_ASIAN)
        for script in slot.findall(qn("a:font")):
            if script.get("script") == "Hans":
                script.set("typeface", EAST_ASIAN)
    theme.set("name", "Zhibi")
    part.blob = serialize_part_xml(theme)


def _set_layouts(file: Any) -> None:
    """Two layouts, in this page's size, with titles on the left."""
    for layout in list(file.slide_layouts):
        if layout.name not in _LAYOUTS:
            file.slide_layouts.remove(layout)
    style = file.slide_master.element.find(f".//{qn('p:titleStyle')}/{qn('a:lvl1pPr')}")
    style.set("algn", "l")
    style.find(qn("a:defRPr")).set("sz", "2400")
    boxes = {"title": _TITLE, "ftr": _FOOTER, "sldNum": _NUMBER}
    _place(file.slide_master, boxes)
    for layout in file.slide_layouts:
        is_cover = layout.name == "Title Slide"
        _place(layout, {"ctrTitle": _COVER_TITLE, "subTitle": _COVER_TEXT} if is_cover else {})


def _place(page: Any, boxes: dict[str, Box]) -> None:
    for shape in list(page.placeholders):
        kind = shape.element.find(".//" + qn("p:ph")).get("type")
        if kind == "dt":
            page.shapes._spTree.remove(shape.element)
        elif kind in boxes:
            shape.left, shape.top, shape.width, shape.height = map(Pt, boxes[kind])
            frame = shape.text_frame
            frame.margin_left = frame.margin_right = frame.margin_top = frame.margin_bottom = 0
            is_low = kind in ("ctrTitle",)
            frame.vertical_anchor = MSO_ANCHOR.BOTTOM if is_low else MSO_ANCHOR.TOP
            _look(shape, kind)


def _look(shape: Any, kind: str) -> None:
    """Left, but for the number; small and quiet below the line."""
    for level in shape.element.iter(qn("a:lvl1pPr")):
        level.set("algn", "r" if kind == "sldNum" else "l")
        if kind in ("ftr", "sldNum"):
            level.find(qn("a:defRPr")).set("sz", str(int(_SMALL * 100)))
