"""A PUB/SUB proxy that loses, doubles, swaps and delays messages, by a fixed seed.

Requests to PORT + 1 go through it unharmed.
"""

import random
import threading

import zmq


class LossyProxy:
    def __init__(self, upstream, endpoint, loss=0.0, double=0.0, swap=0.0, seed=0):
        self.loss, self.double, self.swap = loss, double, swap
        self.lost = 0
        self.random = random.Random(seed)
        self.context, self.stop = zmq.Context(), threading.Event()
        self.sub = self.context.socket(zmq.SUB)
        self.sub.subscribe(b"")
        self.sub.connect(upstream)
        self.pub = self.context.socket(zmq.PUB)
        self.pub.bind(endpoint)
        self.dealer = self.context.socket(zmq.DEALER)
        self.router = self.context.socket(zmq.ROUTER)
        self.router.bind(neighbour(endpoint))
        self.dealers = {}
        self.upstream = upstream
        self.thread = threading.Thread(target=self._run)
        self.thread.start()

    def _run(self):
        kept = None
        while not self.stop.is_set():
            sockets = [self.sub, self.router, *self.dealers.values()]
            ready, _, _ = zmq.select(sockets, [], [], 0.02)
            if self.sub in ready:
                frames = self.sub.recv_multipart()
                if self.random.random() < self.loss:
                    self.lost += frames[0] != b"heartbeat"
                    continue
                if kept is None and self.random.random() < self.swap:
                    kept = frames
                    continue
                self.pub.send_multipart(frames)
                if self.random.random() < self.double:
                    self.pub.send_multipart(frames)
                if kept is not None:
                    self.pub.send_multipart(kept)
                    kept = None
            if self.router in ready:
                client, *frames = self.router.recv_multipart()
                self._dealer(client).send_multipart(frames)
            for client, dealer in self.dealers.items():
                if dealer in ready:
                    self.router.send_multipart([client, *dealer.recv_multipart()])

    def _dealer(self, client):
        if client not in self.dealers:
            dealer = self.context.socket(zmq.DEALER)
            dealer.connect(neighbour(self.upstream))
            self.dealers[client] = dealer
        return self.dealers[client]

    def close(self):
        self.stop.set()
        self.thread.join()
        self.context.destroy(linger=0)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()


def neighbour(endpoint):
    host, _, port = endpoint.rpartition(":")
    return f"{host}:{int(port) + 1}"
