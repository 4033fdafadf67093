"""How often customers will order again, whether they still do, and what that is worth.

Models of a customer base that leaves without saying so ("buy till you die"), fitted by maximum
likelihood to three numbers a customer: x, t_x and T. What each assumes: docs/estimators.md.
"""

from zhibi.stats.lifetimes.bg_nbd import BGNBD
from zhibi.stats.lifetimes.gamma_gamma import GammaGamma
from zhibi.stats.lifetimes.mbg_cnbd import MBGCNBD
from zhibi.stats.lifetimes.mbg_nbd import MBGNBD
from zhibi.stats.lifetimes.model import OrderModel
from zhibi.stats.lifetimes.nbd import NBD
from zhibi.stats.lifetimes.pareto_nbd import ParetoNBD
from zhibi.stats.lifetimes.value import discounted_lifetime_value

__all__ = [
    "BGNBD",
    "MBGCNBD",
    "MBGNBD",
    "NBD",
    "GammaGamma",
    "OrderModel",
    "ParetoNBD",
    "discounted_lifetime_value",
]
