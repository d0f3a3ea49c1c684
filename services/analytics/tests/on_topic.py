"""`python -m services.analytics.tests.on_topic TOPIC GROUP [COMMAND]`: the service as it is, on a topic of a test's own."""

import sys

from services.analytics import __main__ as service
from services.analytics import bootstrap

if __name__ == "__main__":
    _, topic, group, *command = sys.argv
    vars(bootstrap).update(TOPIC=topic, GROUP=group)
    sys.argv = ["services.analytics", *command]
    service.main()
