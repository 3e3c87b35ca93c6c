"""A configuration of gunicorn that notes its requests."""

import threading

from gunicorn.workers.gthread import ThreadWorker
from gunicorn.workers.sync import SyncWorker

handle = SyncWorker.handle
get_thread_pool = ThreadWorker.get_thread_pool


def noting(self, *args):
    """A sync worker is in use from accept to close."""
    from work import note, now

    began = now()
    try:
        return handle(self, *args)
    finally:
        note(began, now())


class NotingQueue:
    """A thread is in use from when a request was put into its queue, or it asked for one, until it asks for the next."""

    def __init__(self, queue):
        from work import note, now

        self.queue = queue
        self.note = note
        self.now = now
        self.local = threading.local()

    def put(self, item):
        if item is not None:
            item.put_at = self.now()
        self.queue.put(item)
        # A thread is woken by then.
        if item is not None:
            item.put_at = self.now()

    def get(self, *args, **kwargs):
        asked = self.now()
        item = getattr(self.local, "item", None)
        if item is not None:
            self.note(max(item.put_at, self.local.asked), asked, thread=True)
        self.local.asked = asked
        self.local.item = self.queue.get(*args, **kwargs)
        return self.local.item

    def get_nowait(self):
        return self.queue.get_nowait()


def noting_pool(self):
    pool = get_thread_pool(self)
    pool._work_queue = NotingQueue(pool._work_queue)
    return pool


SyncWorker.handle = noting
ThreadWorker.get_thread_pool = noting_pool
