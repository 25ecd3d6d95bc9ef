"""Runs inside of a container: ask ports for paths, all ports at once, and write what came of it as JSON.

Standard library only, Python 3.6 to the newest. The arguments are one JSON document, cut into pieces: `asks` are lists
of address, port, method, path, headers, body in base64, or null, and the bytes of an answer that are kept; those of one
port are asked one after the other until one has no answer. `seconds` is for all together.
"""

import base64
import http.client
import json
import os
import socket
import sys
import threading
import time
from typing import Any


def ask(one: Any, until: float) -> Any:
    """One request as a dictionary of what came of it."""
    address, port, method, path, headers, body, most = one
    began = time.time()
    told = {"address": address, "port": port, "method": method, "path": path}
    try:
        connection = http.client.HTTPConnection(address, port, timeout=max(until - began, 0.1))
        connection.request(method, path, base64.b64decode(body) if body else None, headers)
        answer = connection.getresponse()
        told["status"] = answer.status
        told["content_type"] = answer.getheader("Content-Type") or ""
        came = answer.read(most + 1)
        told["body"], told["cut"] = came[:most].decode("utf-8", "replace"), len(came) > most
        connection.close()
    except socket.timeout:  # noqa: UP041 # another one before Python 3.10
        told["error"] = "time"
    except ConnectionRefusedError:
        told["error"] = "refused"
    except ConnectionError:
        told["error"] = "closed"
    except http.client.BadStatusLine:
        told["error"] = "no HTTP"
    except (OSError, http.client.HTTPException) as error:
        told["error"] = str(error) or type(error).__name__
    told["seconds"] = round(time.time() - began, 4)
    return told


def ask_port(some: Any, found: Any, until: float) -> None:
    """The requests of one port."""
    for one in some:
        told = ask(one, until)
        found.append(told)
        if "status" not in told:
            return


def main() -> None:
    """Ask everything, wait no longer than allowed, and leave without waiting for threads."""
    wanted = json.loads("".join(sys.argv[1:]))
    until = time.time() + wanted["seconds"]
    ports: Any = {}
    for one in wanted["asks"]:
        ports.setdefault((one[0], one[1]), []).append(one)
    found: Any = []
    threads = [threading.Thread(target=ask_port, args=(some, found, until), daemon=True) for some in ports.values()]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(max(until - time.time(), 0) + 0.2)
    done = list(found)
    for address, port in set(ports) - {(told["address"], told["port"]) for told in done}:  # bytes come one by one
        late = {"address": address, "port": port, "error": "time", "seconds": wanted["seconds"]}
        late["method"], late["path"] = ports[address, port][0][2:4]
        done.append(late)
    sys.stdout.write(json.dumps(done))
    sys.stdout.flush()
    os._exit(0)


if __name__ == "__main__":
    main()
