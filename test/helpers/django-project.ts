import { mkdir, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';

/** A real, minimal Django project with celery, whose package is called `name`. */
const files = (name: string): Readonly<Record<string, string>> => ({
  'manage.py': `#!/usr/bin/env python
import os
import sys

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "${name}.settings")
    from django.core.management import execute_from_command_line

    execute_from_command_line(sys.argv)
`,

  // Read by gunicorn from the directory that it is started in.
  'gunicorn.conf.py': `from ${name}.ballast import take_on


def post_worker_init(worker):
    take_on()
    worker.log.info("worker %s is ready", worker.pid)
`,

  [`${name}/__init__.py`]: '',

  [`${name}/settings.py`]: `SECRET_KEY = "for tests only"
ALLOWED_HOSTS = ["*"]
ROOT_URLCONF = "${name}.urls"
INSTALLED_APPS = ["django.contrib.auth", "django.contrib.contenttypes"]
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
USE_TZ = True
`,

  [`${name}/urls.py`]: `import os
import time

from django.http import HttpResponse
from django.urls import path


def pid(request):
    return HttpResponse(str(os.getpid()))


def sleep(request):
    time.sleep(float(request.GET["s"]))
    return pid(request)


def allocate(request):
    """Takes memory that the kernel must give page by page, and gives it back."""
    block = bytearray(int(request.GET["mb"]) << 20)
    for start in range(0, len(block), 4096):
        block[start] = 1
    return pid(request)


urlpatterns = [path("pid", pid), path("sleep", sleep), path("allocate", allocate)]
`,

  [`${name}/wsgi.py`]: `import os

from django.core.wsgi import get_wsgi_application

from .ballast import map_many

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "${name}.settings")
map_many()
application = get_wsgi_application()
`,

  [`${name}/celery.py`]: `import os
import time

from celery import Celery
from celery.signals import beat_init

from .ballast import take_on

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "${name}.settings")
app = Celery("${name}")
app.conf.beat_schedule = {"tick": {"task": "${name}.celery.sleep", "schedule": 3600, "args": [0]}}
beat_init.connect(take_on, weak=False)


@app.task
def sleep(seconds):
    time.sleep(seconds)
`,

  [`${name}/ballast.py`]: `import mmap
import os

PAGE = 4096
held = []


def map_many():
    """Maps a small file MAPPINGS times, as many libraries would be."""
    with open(__file__, "rb") as file:
        for _ in range(int(os.environ.get("MAPPINGS", "0"))):
            held.append(mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ))
            # Two of the same protection, one after the other, would be one mapping.
            held.append(mmap.mmap(-1, PAGE, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS, prot=mmap.PROT_READ))


def map_file():
    """Maps the file MAPPED_FILE, and reads all of it."""
    if path := os.environ.get("MAPPED_FILE"):
        with open(path, "rb") as file:
            mapped = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
        held.append((mapped, sum(mapped[at] for at in range(0, len(mapped), PAGE))))


def share_own():
    """Takes SHARED_MB of memory that may be shared, as multiprocessing does, and shares it with nobody."""
    if size := int(os.environ.get("SHARED_MB", "0")) << 20:
        shared = mmap.mmap(-1, size)
        for start in range(0, size, PAGE):
            shared[start] = 1
        held.append(shared)


def take_on(**_):
    """Holds BALLAST_MB of memory, each page different, so that the kernel cannot share or skip one."""
    block = bytearray(int(os.environ.get("BALLAST_MB", "0")) << 20)
    for start in range(0, len(block), PAGE):
        block[start : start + 16] = os.urandom(16)
    held.append(block)
    map_file()
    share_own()
`,
});

/** Writes the project into `directory`; its package has the directory's name. */
export async function createDjangoProject(directory: string): Promise<void> {
  const name = basename(directory);
  await mkdir(join(directory, name), { recursive: true });
  for (const [path, text] of Object.entries(files(name))) {
    await writeFile(join(directory, path), text);
  }
}
