"""Which of two causes on one line is told."""

from checks.logs.analysis import outranks
from checks.logs.signature import Signature, Strength

GENERAL = Signature(id="general", area="network", under=("images.*", "exact"), strength=Strength.STRONG)


def test_a_general_one_yields_to_the_area_and_the_id_that_it_names() -> None:
    for exact in (Signature(id="other", area="images", strength=Strength.WEAK), Signature(id="exact", area="build")):
        assert outranks(exact, GENERAL)
        assert not outranks(GENERAL, exact)


def test_a_general_one_is_judged_by_strength_elsewhere() -> None:
    assert outranks(GENERAL, Signature(id="other", area="build"))
