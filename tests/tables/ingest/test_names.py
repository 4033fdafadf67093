import pytest

from zhibi.tables.ingest.names import NameKey, name_key, propose_merges


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("岱川空气系统（山东）有限责任公司", NameKey("岱川空气系统", "山东")),
        ("山东省岱川空气系统有限公司", NameKey("岱川空气系统", "山东")),
        ("岱川 空气系统股份有限公司", NameKey("岱川空气系统", "")),
        ("Ａｃｍｅ Co., Ltd", NameKey("acme", "")),
        ("The ACME Company, Inc.", NameKey("acme", "")),
        ("A.B.C. Inc", NameKey("abc", "")),
        ("O'Neil & Sons", NameKey("oneilandsons", "")),
        ("有限公司", NameKey("有限公司", "")),
        ("Co", NameKey("co", "")),
        ("!!!", NameKey("", "")),
    ],
)
def test_a_name_is_reduced_to_what_tells_companies_apart(name, key):
    assert name_key(name) == key


def test_variants_of_one_name_are_proposed_together():
    found = propose_merges([("2", "华数机械（山东）有限公司"), ("1", "山东华数机械有限责任公司")])

    assert [one.customers for one in found] == [
        (("1", "山东华数机械有限责任公司"), ("2", "华数机械（山东）有限公司"))
    ]


def test_companies_of_two_places_are_not_proposed():
    assert propose_merges([("1", "山东华数机械有限公司"), ("2", "江苏华数机械有限公司")]) == ()


def test_a_name_without_a_place_joins_the_only_place_and_no_other():
    one_place = propose_merges([("1", "山东华数有限公司"), ("2", "华数有限公司")])
    two_places = propose_merges(
        [("1", "山东华数有限公司"), ("2", "华数有限公司"), ("3", "江苏华数有限公司")]
    )

    assert [len(one.customers) for one in one_place] == [2]
    assert two_places == ()


def test_one_customer_with_two_spellings_is_no_proposal():
    assert propose_merges([("1", "Acme Inc"), ("1", "ACME, Inc.")]) == ()


def test_a_branch_is_not_its_company():
    assert propose_merges([("1", "华数有限公司"), ("2", "华数有限公司济南分公司")]) == ()
