import pathlib
import pytest
pathlib.Path("/tmp/test_lean.py").write_text("import pytest\n@pytest.mark.parametrize('x', [1, 2])\ndef test_x(x): assert x\n")
assert pytest.main(["-q", "-p", "no:cacheprovider", "/tmp/test_lean.py"]) == 0
