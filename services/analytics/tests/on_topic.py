"""`python -m services.analytics.tests.on_topic TOPIC GROUP [COMMAND]`: the service as it is, on a topic of a test's own.

Its batches are small, so that a quick machine too is in the middle of the topic after the first.
"""

import sys

from servicekit import kafka

from services.analytics import __main__ as service
from services.analytics import bootstrap

if __name__ == "__main__":
    _, topic, group, *command = sys.argv
    vars(bootstrap).update(TOPIC=topic, GROUP=group)
    vars(kafka).update(MAX_BATCH=100)
    sys.argv = ["services.analytics", *command]
    service.main()
