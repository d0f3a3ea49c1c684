"""What the faults' own modules need of pytest."""

import pytest

pytest.register_assert_rewrite("tests.faults.agreement")
