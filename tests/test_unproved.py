"""A fix that was not tried says so, and how to have it tried: in the text, in Markdown, and to the screens."""

from pathlib import Path

import pytest
from msgspec.structs import replace
from screens.journeys import sample_copy

from doctor import engine
from doctor.diagnosis.call import Call
from doctor.diagnosis.diagnosing import diagnose
from doctor.reports import Style
from doctor.reports.markdown import write as markdown
from doctor.reports.text import write as text
from doctor.unproved import could_be_proved


def test_a_slow_rehearsal(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine, "VERIFY_WITHIN", 0.0)
    call = Call(kind="script", name=str(sample_copy("model-not-global", tmp_path)))
    slow = diagnose(call).diagnosed[0].report
    fix = slow.causes[0].fixes[0]
    assert fix.verified is not None
    assert fix.verified.startswith("not verified: the rehearsal took ")
    assert fix.verified.endswith(" s; --verify proves it")
    assert could_be_proved(fix.verified)
    assert not fix.is_proved
    for shown in (text([slow], Style(width=200)), markdown([slow], Style())):
        assert fix.verified in shown
        assert f"✓ {fix.verified}" not in shown
    asked = replace(call, verify=True)
    assert "--verify" in asked.command
    proved = diagnose(asked).diagnosed[0].report.causes[0].fixes[0]
    assert proved.is_proved
    assert not could_be_proved(proved.verified)


def test_what_is_only_read_was_not_slow(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine, "VERIFY_WITHIN", 0.0)
    call = Call(kind="script", name=str(sample_copy("model-not-global", tmp_path)), run=False)
    assert not any(fix.verified for one in diagnose(call).diagnosed[0].report.causes for fix in one.fixes)
