"""Proxies that do harm by a fixed seed, and count what they did.

`LossyProxy` loses, doubles, swaps and delays published messages, and may lose requests
and their answers on PORT + 1.  `CuttingProxy` passes bytes on and cuts connections, on
both ports, in the middle of whatever is under way.
"""

import contextlib
import heapq
import itertools
import random
import selectors
import socket
import threading
import time

import zmq


class LossyProxy:
    def __init__(
        self, upstream, endpoint, loss=0.0, double=0.0, swap=0.0, delay=0.0, deaf=0.0,
        seed=0,
    ):  # fmt: skip
        self.loss, self.double, self.swap = loss, double, swap
        self.delay, self.deaf = delay, deaf
        self.lost = self.doubled = self.swapped = self.delayed = self.unheard = 0
        self.waiting, self.turn = [], itertools.count()
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
            while self.waiting and self.waiting[0][0] <= time.monotonic():
                self.pub.send_multipart(heapq.heappop(self.waiting)[2])
            if self.sub in ready:
                kept = self._pass_on(self.sub.recv_multipart(), kept)
            if self.router in ready:
                client, *frames = self.router.recv_multipart()
                if self._hears():
                    self._dealer(client).send_multipart(frames)
            for client, dealer in self.dealers.items():
                if dealer in ready:
                    frames = dealer.recv_multipart()
                    if self._hears():
                        self.router.send_multipart([client, *frames])

    def _pass_on(self, frames, kept):
        counts = frames[0] not in (b"heartbeat", b"start")
        if self.random.random() < self.loss:
            self.lost += counts
            return kept
        if self.random.random() < self.delay:
            due = time.monotonic() + self.random.uniform(0.0, 0.5)
            heapq.heappush(self.waiting, (due, next(self.turn), frames))
            self.delayed += counts
            return kept
        if kept is None and self.random.random() < self.swap:
            self.swapped += counts
            return frames
        self.pub.send_multipart(frames)
        if self.random.random() < self.double:
            self.pub.send_multipart(frames)
            self.doubled += counts
        if kept is not None:
            self.pub.send_multipart(kept)
        return None

    def _hears(self):
        unheard = self.random.random() < self.deaf
        self.unheard += unheard
        return not unheard

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


class CuttingProxy:
    """Bytes between two pairs of ports; `MOST_CUTS` times all connections are cut."""

    MOST_CUTS = 30  # on a busy machine nothing would come through between them for ever

    def __init__(self, upstream, endpoint, every_s, seed=0):
        self.cuts, self.random = 0, random.Random(seed)
        self.every_s, self.others = every_s, {}
        self.selector, self.stop = selectors.DefaultSelector(), threading.Event()
        self.asked = threading.Event()
        for here, there in (
            (endpoint, upstream),
            tuple(map(neighbour, (endpoint, upstream))),
        ):
            listening = socket.create_server(address(here))
            self.selector.register(listening, selectors.EVENT_READ, address(there))
        self.thread = threading.Thread(target=self._run)
        self.thread.start()

    def _run(self):
        next_cut = time.monotonic() + self.every_s
        while not self.stop.is_set():
            for key, _ in self.selector.select(0.02):
                if key.data is not None:
                    self._accept(*key.fileobj.accept(), key.data)
                elif key.fileobj in self.others:
                    self._pass_on(key.fileobj)
            due = time.monotonic() > next_cut and self.cuts < self.MOST_CUTS
            if due or self.asked.is_set():
                self.asked.clear()
                next_cut = time.monotonic() + self.every_s * self.random.uniform(0.2, 2)
                self.cuts += bool(self.others)
                for one in list(self.others):
                    self._close(one)

    def cut(self):
        """Cut all connections soon, beside those that are cut anyway."""
        self.asked.set()

    def _accept(self, client, _, there):
        try:
            server = socket.create_connection(there, 1)
        except OSError:
            client.close()
            return
        for one, other in ((client, server), (server, client)):
            self.others[one] = other
            self.selector.register(one, selectors.EVENT_READ)

    def _pass_on(self, one):
        try:
            some = one.recv(1 << 14)
            if some:
                self.others[one].sendall(some)
                return
        except OSError:
            pass
        self._close(one)

    def _close(self, one):
        other = self.others.get(one)
        for each in filter(None, (one, other)):
            if self.others.pop(each, None) is not None:
                self.selector.unregister(each)
                each.close()

    def close(self):
        self.stop.set()
        self.thread.join()
        with contextlib.suppress(KeyError):
            for key in list(self.selector.get_map().values()):
                key.fileobj.close()
        self.selector.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()


def address(endpoint):
    host, _, port = endpoint.removeprefix("tcp://").rpartition(":")
    return host, int(port)
