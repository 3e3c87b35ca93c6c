"""A celery app whose tasks do what the requests of the others do."""

import os

from celery import Celery
from work import kinds, note, now

app = Celery("tasks", broker=os.environ["BROKER"])
app.conf.task_ignore_result = True


@app.task(name="work")
def work(kind, seconds):
    began = now()
    kinds[kind](seconds)
    note(began, now())
