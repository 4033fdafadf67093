"""How well orders to come were told in the past, and what was fitted: the tables and sentences
that say how far a forecast carries."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from zhibi.measures.customer_future import CustomerFuture
from zhibi.measures.order_forecasts import PROBABILITY, FittedModel
from zhibi.measures.order_holdout import Trial
from zhibi.measures.order_value import LAST_YEAR_SALES, UNRELATED
from zhibi.result import Block, Column, Figure, Note, Row, Sentence, Table, Unit
from zhibi.stats.lifetimes import NBD, GammaGamma, OrderModel
from zhibi.stats.lifetimes.mbg_cnbd import MBGCNBD

USED = "the estimate used here"
TRIAL = (
    Column("forecast", "Expected", Unit.COUNT),
    Column("orders", "Came", Unit.COUNT),
    Column("error", "Off, of what came", Unit.SHARE),
    Column("bias", "Too high or low in total", Unit.CHANGE),
    Column("coverage", "Within the range", Unit.SHARE),
)
SKIPPED = {
    "too_few": "{model} was not tried: fewer than 20 customers have ordered a second time.",
    "no_repeat": "{model} was not tried: no customer ordered a second time.",
    "no_time": "{model} was not tried: every first order is on the last day.",
    "all_alike": "{model} was not tried: all customers have the same history.",
    "flat": "{model} could not be fitted: very different parameters do as well.",
}


def record_blocks(found: CustomerFuture) -> tuple[Block, ...]:
    """How right the estimate was, against the rules of thumb, without the name of any model."""
    trials = [one for one in found.choice.trials if not one.is_model or _is_used(found, one)]
    notes = tuple(Note(one) for one in _record_notes(found))
    if not trials:
        return notes
    rows = tuple(
        (USED if _is_used(found, one) and one.is_model else one.name, *_cells(one))
        for one in trials
    )
    columns = (Column("way", "Told by", Unit.TERM), *TRIAL)
    past = Table("record", "How right such estimates were", columns, rows, len(rows))
    return (past, *_sales(found), *notes)


def _sales(found: CustomerFuture) -> Iterator[Table]:
    rows: tuple[Row, ...] = tuple((one.way, one.error, one.bias) for one in found.sales_trials)
    if rows:
        columns = (Column("way", "Told by", Unit.TERM), *TRIAL[2:4])
        yield Table("sales_record", "How right their sales were", columns, rows, len(rows))


def _is_used(found: CustomerFuture, trial: Trial) -> bool:
    return trial.name == found.choice.used.name


def _cells(one: Trial) -> Row:
    return (round(one.forecast), one.orders, one.error, one.bias, one.coverage)


def _record_notes(found: CustomerFuture) -> Iterator[Sentence]:
    choice = found.choice
    if not choice.cuts:
        yield Sentence(
            "The history is too short to hold such estimates against what followed: every "
            "customer is taken to go on at its own average so far."
        )
        return
    yield Sentence(
        "Asked at {cuts:past day|past days}, a quarter apart, of every customer, knowing only what "
        "was known then: how many orders in the {horizon:day|days} that follow? Off is the sum of "
        "the differences, customer by customer, over all orders that came.",
        {
            "cuts": Figure(len(choice.cuts), Unit.COUNT),
            "horizon": Figure(found.ahead.horizon, Unit.COUNT),
        },
    )
    used = choice.trial
    if not choice.is_model and used:
        yield Sentence(
            "No model of customers does better here than a rule of thumb ({rule}): the rule is "
            "used.",
            {"rule": Figure(used.name, Unit.TERM)},
        )
    yield from _sales_note(found)
    if used and used.coverage and used.coverage.high < PROBABILITY:
        yield Sentence(
            "Only {share} of customers stayed within their range, which should hold {wanted}: "
            "take the ranges as too narrow.",
            {
                "share": Figure(used.coverage, Unit.SHARE),
                "wanted": Figure(PROBABILITY, Unit.SHARE),
            },
        )


def _sales_note(found: CustomerFuture) -> Iterator[Sentence]:
    best = found.sales_trials[0]
    if best.error is None:
        return
    own = next(one for one in found.sales_trials if one.way == found.worth.way)
    if best.way == LAST_YEAR_SALES:
        yield Sentence(
            "Of sales, last year's figure was the better guide customer by customer: {best} off "
            "against {own}. Use expected sales to compare customers, not as a plan.",
            {"best": Figure(best.error, Unit.SHARE), "own": Figure(own.error, Unit.SHARE)},
        )
    else:
        yield Sentence(
            "Expected sales and lifetime value are {way}, the best of them.",
            {"way": Figure(best.way, Unit.TERM)},
        )


def method_blocks(found: CustomerFuture) -> tuple[Block, ...]:
    """Everything that was fitted, and how the choice was made."""
    choice = found.choice
    trials: tuple[Row, ...] = tuple(
        ("a model" if one.is_model else one.name, one.name if one.is_model else None, *_cells(one))
        for one in choice.trials
    )
    columns = (
        Column("way", "Told by", Unit.TERM),
        Column("model", "Model", Unit.NAME),
        *TRIAL,
    )
    tried = Table("tried", "All that were tried, best first", columns, trials, len(trials))
    fitted = _fitted(choice.fits.fitted, found.worth.model)
    return (
        *((tried,) if trials else ()),
        *fitted,
        *(Note(one) for one in _method_notes(found)),
    )


def _fitted(models: Sequence[FittedModel], worth: GammaGamma | None) -> Iterator[Table]:
    every = [(one.name, kind, model) for one in models for kind, model in _parts(one)]
    rows: list[Row] = [
        (name, kind, model.n_, model.log_likelihood_, getattr(model, "k_", None))
        for name, kind, model in every
    ]
    params: list[Row] = [
        (name, kind, each, getattr(model, f"{each}_"), model.std_errors_[each])
        for name, kind, model in every
        for each in model.NAMES
    ]
    if worth:
        name, kind = "gamma–gamma", "all customers"
        rows.append((name, kind, worth.n_, worth.log_likelihood_, None))
        params += [
            (name, kind, each, getattr(worth, f"{each}_"), worth.std_errors_[each])
            for each in worth.NAMES
        ]
    if not rows:
        return
    who = (Column("model", "Model", Unit.NAME), Column("kind", "Fitted to", Unit.TERM))
    yield Table(
        "models",
        "What was fitted",
        (
            *who,
            Column("n", "Customers", Unit.COUNT),
            Column("log_likelihood", "Log of the likelihood", Unit.RATIO),
            Column("regularity", "Regularity (k)", Unit.COUNT),
        ),
        tuple(rows),
        len(rows),
    )
    yield Table(
        "parameters",
        "Parameters",
        (
            *who,
            Column("parameter", "Parameter", Unit.NAME),
            Column("value", "Value", Unit.RATIO),
            Column("std_error", "Standard error", Unit.RATIO),
        ),
        tuple(params),
        len(params),
    )


def _parts(one: FittedModel) -> list[tuple[str, OrderModel]]:
    if one.is_apart:
        return [("customers new for sure", one.settled), ("may be old customers", one.early)]
    return [("all customers", one.settled)]


def _method_notes(found: CustomerFuture) -> Iterator[Sentence]:
    choice = found.choice
    for name, reason in choice.fits.failed.items():
        yield Sentence(SKIPPED[reason], {"model": Figure(name, Unit.NAME)})
    if any(isinstance(one.settled, MBGCNBD) for one in choice.fits.fitted):
        yield Sentence(
            "The likelihood of MBG/CNBD-k counts the gaps between orders as well: it cannot be "
            "compared with the others."
        )
    if choice.leaving:
        yield Sentence(
            "Whether somebody is still a customer is told by {model}.",
            {"model": Figure(choice.leaving.name, Unit.NAME)},
        )
    fitted = next((one for one in choice.fits.fitted if not isinstance(one.settled, NBD)), None)
    n = sum(model.n_ for _, model in _parts(fitted)) if fitted else len(found.keys)
    if n < len(found.keys):
        yield Sentence(
            "Fitted to a sample of {n:customer|customers} of {all}, always the same one.",
            {"n": Figure(n, Unit.COUNT), "all": Figure(len(found.keys), Unit.COUNT)},
        )
    related = found.worth.correlation
    if related is not None and abs(related) > UNRELATED:
        yield Sentence(
            "Who orders more often orders {more} at once (rank correlation {correlation}): the "
            "worth of an order is drawn too far towards the average for customers with few orders.",
            {
                "more": Figure("more" if related > 0 else "less", Unit.TERM),
                "correlation": Figure(related, Unit.RATIO),
            },
        )
