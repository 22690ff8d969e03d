"""What errors say: settings of a message are pasted into a shell."""

from __future__ import annotations

import shlex

import pytest

from schemas.errors import Remedy


@pytest.mark.parametrize(
    ("setting", "pasted"),
    [
        ("units=qty", "units=qty"),
        ("units=Units Sold", '"units=Units Sold"'),
        ("where=status!='on hold'", """"where=status!='on hold'\""""),
        ('units=the "net" one', """'units=the "net" one'"""),
        ("units=$net", "'units=$net'"),
        ("units=`net`", "'units=`net`'"),
        ("units=Sold!", "'units=Sold!'"),
        ("units=a\\b", "'units=a\\b'"),
        ("where='the \"net\" one'!=x", None),
    ],
)
def test_a_pasted_setting_is_one_word_of_a_shell(setting: str, pasted: str | None) -> None:
    told = str(Remedy((setting, "gaps=zero"), "{} helps"))
    assert shlex.split(told) == ["--set", setting, "--set", "gaps=zero", "helps"]
    assert pasted is None or told == f"--set {pasted} --set gaps=zero helps"
