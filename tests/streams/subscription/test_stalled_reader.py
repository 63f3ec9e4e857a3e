"""A reader that stalls until both sides give the connection up, and reads again.

In a process of its own: libzmq ends the one in which it fails.
"""

import subprocess
import sys

BODY = """
import time
import zmq
from streams.messages.endpoint import Endpoint
from streams.messages.free_ports import free_port_pair
from streams.subscription.links import Links

OF = 600
address = f"tcp://127.0.0.1:{free_port_pair()}"
publisher = zmq.Context().socket(zmq.PUB)
publisher.heartbeat_ivl, publisher.heartbeat_timeout = 50, 200
publisher.bind(address)
links, read = Links(Endpoint.parse(address), None), 0
while not links.poll(0.05)[0]:
    publisher.send(b"first")
for _ in range(OF):
    publisher.send(bytes(2000))
time.sleep(3.0)  # nobody reads: the connection is given up, and made anew
while links.poll(0.5)[0]:
    read += len(links.subscription.recv(zmq.NOBLOCK)) == 2000
print(read, "of", OF)
"""


def test_a_reader_that_stalls_goes_on_afterwards():
    ran = subprocess.run(
        [sys.executable, "-c", BODY], capture_output=True, text=True, timeout=60
    )
    assert (ran.returncode, ran.stdout) == (0, "600 of 600\n"), ran.stderr
