"""A configuration of gunicorn that notes each request of a sync worker from accept to close."""

from gunicorn.workers.sync import SyncWorker

handle = SyncWorker.handle


def noting(self, *args):
    from work import note, now

    began = now()
    try:
        return handle(self, *args)
    finally:
        note(began, now())


SyncWorker.handle = noting
