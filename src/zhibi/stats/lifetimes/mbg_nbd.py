"""MBG/NBD: like BG/NBD, but a customer may leave right after the first order too.

Batislam, Denizel & Filiztekin (2007, "Empirical validation and comparison of models for customer
base analysis", Int. J. of Research in Marketing 24) and Hoppe & Wagner (2007, "Customer base
analysis: the case for a central variant of the Betageometric/NBD model", Marketing ZFP 29), who
call it CBG/NBD. One-time buyers get a P(alive) below 1 that falls with time. How it is computed
stands in `dropout` (d = 1).

Not for regular buyers: see MBG/CNBD-k.
"""

from __future__ import annotations

from zhibi.stats.lifetimes.bg_nbd import BGNBD


class MBGNBD(BGNBD):
    """r, alpha: how order rates vary (alpha in units of time); a, b: how chances to leave do."""

    MAY_LEAVE_AT_START = 1
