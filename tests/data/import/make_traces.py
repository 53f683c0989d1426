"""Writes the traces that `failscape import` is tested on, in the forms in which collectors and Jaeger write them.

A shop: web (two instances, in two zones) asks cart, cart asks a database, web asks a payment provider that sends no spans;
orders puts messages into kafka, mailer handles them later. 8 requests to web, 2 to admin. Run in this folder.
"""

import json

START = 1_700_000_000_000_000_000


def attributes(pairs):
    return [{"key": key, "value": {"stringValue": value}} for key, value in pairs.items()]


def span(trace, number, parent, kind, at, pairs, links=()):
    made = {
        "traceId": f"{trace:032x}",
        "spanId": f"{trace:08x}{number:08x}",
        "parentSpanId": f"{trace:08x}{parent:08x}" if parent else "",
        "name": "GET /cart?user=alice",
        "kind": kind,
        "startTimeUnixNano": str(START + at * 1_000_000_000),
        "endTimeUnixNano": str(START + at * 1_000_000_000 + 5_000_000),
        "attributes": attributes(pairs),
        "status": {},
    }
    if links:
        made["links"] = [{"traceId": f"{t:032x}", "spanId": f"{t:08x}{n:08x}"} for t, n in links]
    return made


def resource(service, instance, zone, spans):
    pairs = {"service.name": service, "service.instance.id": instance, "cloud.region": "eu-west-1"}
    pairs["cloud.availability_zone"] = zone
    scope = {"scope": {"name": "net/http", "version": "1.0"}, "spans": spans}
    return {"resource": {"attributes": attributes(pairs)}, "scopeSpans": [scope]}


def request(n):
    """One request, as one line of a collector's file."""
    web, zone = f"web-{n % 2}", "eu-west-1" + "ab"[n % 2]
    at = 2 * n
    database = {"db.system": "postgresql", "server.address": "db-1.internal", "db.statement": "SELECT 1"}
    other = {"db.system.name": "postgresql", "server.address": "db-2.internal"}
    queue = {"messaging.system": "kafka", "messaging.destination.name": "orders"}
    webs = [
        span(n, 1, 0, 2, at, {"http.url": "https://shop.example.com/cart"}),
        span(n, 2, 1, 3, at, {"peer.service": "cart"}),
        span(n, 3, 1, "SPAN_KIND_CLIENT", at, {"peer.service": "payment-provider"}),
        span(n, 4, 1, 3, at, {"server.address": "10.0.0.7"}),
        span(n, 5, 1, 3, at, {"peer.service": "orders"}),
    ]
    carts = [span(n, 10, 2, 2, at, {}), span(n, 11, 10, 3, at, database)]
    orders = [span(n, 20, 5, 2, at, {}), span(n, 21, 20, 3, at, other), span(n, 22, 20, 4, at, queue)]
    mails = [span(1000 + n, 1, 0, 5, at + 1, queue, links=[(n, 22)])]
    return {
        "resourceSpans": [
            resource("web", web, zone, webs),
            resource("cart", "cart-0", "eu-west-1a", carts),
            resource("orders", "orders-0", "eu-west-1a", orders),
            resource("mailer", "mailer-0", "eu-west-1b", mails),
        ]
    }


def admin(n):
    spans = [span(500 + n, 1, 0, 2, 2 * n, {}), span(500 + n, 2, 1, 3, 2 * n, {})]
    orders = [span(500 + n, 3, 2, 2, 2 * n, {}), span(500 + n, 4, 99, 2, 2 * n, {})]
    return {
        "resourceSpans": [
            resource("admin", "admin-0", "eu-west-1a", spans),
            resource("orders", "orders-0", "eu-west-1a", orders),
        ]
    }


def jaeger():
    def tags(pairs):
        return [{"key": key, "type": "string", "value": value} for key, value in pairs.items()]

    def one(trace, number, process, kind, reference, pairs):
        return {
            "traceID": f"{trace:016x}",
            "spanID": f"{number:016x}",
            "flags": 1,
            "operationName": "HTTP GET",
            "references": [
                {"refType": kind_of, "traceID": f"{trace:016x}", "spanID": f"{parent:016x}"}
                for kind_of, parent in reference
            ],
            "startTime": 1_700_000_000_000_000 + trace * 1_000_000,
            "duration": 1500,
            "tags": tags({"span.kind": kind, **pairs}) + [{"key": "http.status_code", "type": "int64", "value": 200}],
            "logs": [{"timestamp": 1, "fields": tags({"event": "a log"})}],
            "processID": process,
            "warnings": None,
        }

    traces = []
    for trace in range(1, 4):
        spans = [
            one(trace, 1, "p1", "server", [], {"http.url": "/dispatch"}),
            one(trace, 2, "p1", "client", [("CHILD_OF", 1)], {}),
            one(trace, 3, "p2", "server", [("CHILD_OF", 2)], {}),
            one(trace, 4, "p2", "client", [("CHILD_OF", 3)], {"db.system": "redis", "net.peer.name": "10.1.1.1"}),
            one(trace, 5, "p3", "consumer", [("FOLLOWS_FROM", 1)], {}),
        ]
        names = {"p1": "frontend", "p2": "driver", "p3": "billing"}
        processes = {
            key: {"serviceName": name, "tags": tags({"hostname": f"{name}-{trace % 2}", "ip": "10.0.0.1"})}
            for key, name in names.items()
        }
        traces.append({"traceID": f"{trace:016x}", "spans": spans, "processes": processes, "warnings": None})
    return {"data": traces, "total": 0, "limit": 0, "offset": 0, "errors": None}


with open("shop.otlp.jsonl", "w") as file:
    for n in range(1, 9):
        print(json.dumps(request(n)), file=file)
    for n in range(1, 3):
        print(json.dumps(admin(n)), file=file)
with open("ride.jaeger.json", "w") as file:
    json.dump(jaeger(), file, indent=1)
