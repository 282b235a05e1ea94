import re
from pathlib import Path

from portal.api import PREFIX, URLS

PAGE = (Path(__file__).parents[2] / "docs" / "api.md").read_text()


def test_every_call_stands_in_the_page():
    calls = [
        f"`{method} {PREFIX}{re.sub(r'<(?:int:)?(\w+)>', r'{\1}', path)}`" for method, path, _view in URLS
    ]
    assert [call for call in calls if call not in PAGE] == []
