"""What a request or a task does, by its kind, and when that was, by the clock that the bench reads too."""

import os
import select
import socket
import subprocess
import threading
import time

local = threading.local()
lock = threading.Lock()
log = {}


def now():
    return time.clock_gettime(time.CLOCK_MONOTONIC)


def note(began, ended, kind="request", thread=False):
    """Appends to the log of this process; one write, so that lines stay whole."""
    pid = os.getpid()
    if pid not in log:
        path = os.path.join(os.environ["TRUTH_LOG"], f"{pid}.log")
        log[pid] = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    who = threading.get_native_id() if thread else pid
    os.write(log[pid], f"{kind} {who} {began:.6f} {ended:.6f}\n".encode())


def connection(name="BACKEND_PORT"):
    """One for each thread and backend, kept as a pool of connections keeps it."""
    found = getattr(local, name, None)
    if found is None or found[0] != os.getpid():
        found = (os.getpid(), socket.create_connection(("127.0.0.1", int(os.environ[name]))))
        setattr(local, name, found)
    return found[1]


def query(seconds, wait, name="BACKEND_PORT"):
    sock = connection(name)
    sock.sendall(f"{seconds:.6f}\n".encode())
    wait(sock)
    return sock.recv(64)


def by_poll(sock):
    """As libpq does."""
    poll = select.poll()
    poll.register(sock, select.POLLIN)
    poll.poll(60000)


def spin(seconds):
    until = time.thread_time() + seconds
    while time.thread_time() < until:
        sum(range(200))


def mixed(seconds):
    for _ in range(5):
        spin(seconds / 10)
        query(seconds / 10, lambda sock: None)


def held(seconds):
    with lock:
        time.sleep(seconds)


def profile(seconds):
    """Several things one after the other, each noted: for the shares of what is waited for."""
    steps = (
        ("postgres", 0.45, lambda s: query(s, by_poll, "POSTGRES_PORT")),
        ("api", 0.24, lambda s: query(s, lambda sock: select.select([sock], [], []), "API_PORT")),
        ("cpu", 0.15, spin),
        ("redis", 0.08, lambda s: query(s, lambda sock: None, "REDIS_PORT")),
        ("sleep", 0.08, time.sleep),
    )
    for name, share, step in steps:
        began = now()
        step(seconds * share)
        note(began, now(), name)


kinds = {
    # A blocking recv(2), as of PyMySQL and redis-py.
    "db": lambda seconds: query(seconds, lambda sock: None),
    "pg": lambda seconds: query(seconds, by_poll),
    "sel": lambda seconds: query(seconds, lambda sock: select.select([sock], [], [])),
    "cpu": spin,
    "mix": mixed,
    "sub": lambda seconds: subprocess.run(["sleep", f"{seconds:.6f}"], check=True),
    "lock": held,
    "sleep": time.sleep,
    "profile": profile,
}
