"""Reads a host by georeport, in both forms; says on the last line what it found, as JSON.

Arguments: the address of the endpoint, and a jurisdiction.
"""

import json
import sys

from georeport import GeoReport

root, jurisdiction = sys.argv[1:]
found = {}
for form in ("json", "xml"):
    client = GeoReport(root, jurisdiction=jurisdiction, output_format=form)
    services = client.get_service_list()
    definition = client.get_service_definition(services[0]["service_code"])
    requests = client.get_service_requests(status="open")
    one = client.get_service_request(requests[0]["service_request_id"])
    found[form] = {
        "services": [it["service_code"] for it in services],
        "definition": definition["service_code"],
        "requests": [it["service_request_id"] for it in requests],
        "one": one,
    }
print(json.dumps(found))
