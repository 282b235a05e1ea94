from tests.incidents.resolutions.conftest import (  # noqa: F401
    admin,
    erin,
    incident,
    known_causes,
    monday,
    resolve,
    tess,
)
