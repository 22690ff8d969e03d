"""How many random examples a property is tried with: all of them in `make soak`, half of them in `make test`."""

from __future__ import annotations

from hypothesis import HealthCheck, settings

SOAK = "soak"  # the profile that `make soak` names

settings.register_profile(SOAK, settings.get_profile("default"))


def examples(number: int) -> settings:
    """The settings of a property that is worth so many examples."""
    all_of_them = settings.get_current_profile_name() == SOAK
    return settings(
        max_examples=number if all_of_them else number // 2,
        deadline=None,
        suppress_health_check=[HealthCheck.function_scoped_fixture],
    )
