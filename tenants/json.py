"""Parsing JSON bodies (DRF's parser): whatever is sent, the answer to nonsense is 400."""

from typing import Any

from rest_framework.exceptions import ParseError
from rest_framework.parsers import JSONParser


class StrictJSON(JSONParser):
    """DRF's own, which lets a deeply nested body become an error of ours."""

    def parse(self, *args: Any, **kwargs: Any) -> Any:
        """Parse; raise ParseError for anything that is not JSON of a sane depth."""
        try:
            return super().parse(*args, **kwargs)
        except RecursionError as error:
            raise ParseError("The JSON is nested too deeply.") from error
