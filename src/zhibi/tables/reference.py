"""Who may be compared with customers that a reader does not see, and on which condition.

A reader sees some legal entities. What an analysis says of others is an anonymous statistic over a
group of accounts (how large a part buys a category, the quartiles of their shares), and only if
those of the group that the reader does not see are at least five of whom none holds half: their own
figures a reader could take off, and fewer, or one that outweighs the rest, would then show. Where a
group is met by no other unseen account, nothing is given away, and the reader is told.

One rule for all who compare: `zhibi.measures.peers.groups` forms no group that breaks it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

FEWEST = 5
# These compare with everybody, under that rule; all others rank among the reader's customers.
COMPARE_WITH_ALL = ("account_review", "peer_group", "product_preference")


def gives_nobody_away(sizes: NDArray[np.int64]) -> bool:
    """Whether a statistic may be given of accounts of these sizes that the reader does not see."""
    return not len(sizes) or (len(sizes) >= FEWEST and 2 * int(sizes.max()) < int(sizes.sum()))
