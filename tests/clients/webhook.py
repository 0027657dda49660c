"""Checks a webhook by the library of Standard Webhooks; fails where the signature is wrong.

Standard input: JSON with the secret, the headers and the body.
"""

import json
import sys

from standardwebhooks.webhooks import Webhook

message = json.load(sys.stdin)
event = Webhook(message["secret"]).verify(message["body"], message["headers"])
print(json.dumps(event))
