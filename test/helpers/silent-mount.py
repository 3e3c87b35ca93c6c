"""A FUSE file system (Documentation/filesystems/fuse.rst) that answers until it is told not to, as a dead network mount does.

Run by root: silent-mount.py DIRECTORY FILE... It holds these files and the directories that they need, and prints "ready".
Files are empty, though their size is told as 4096. Who opens one with O_APPEND gets a descriptor that bypasses the page cache.
A line on stdin makes it take questions and answer none: whoever asks is then in state D. The end of stdin ends it, and sets them free.
"""

import ctypes
import os
import select
import stat
import struct
import sys

LOOKUP, GETATTR, OPEN, READ, RELEASE, INIT, OPENDIR, READDIR, RELEASEDIR = 1, 3, 14, 15, 18, 26, 27, 28, 29
FORGET, INTERRUPT, BATCH_FORGET = 2, 36, 42
ENOENT, ENOSYS = 2, 38
MNT_DETACH = 2
ROOT = 1
FOPEN_DIRECT_IO = 1

directory, files = sys.argv[1], sys.argv[2:]
paths = [""]
for name in files:
    parts = name.split("/")
    for end in range(1, len(parts) + 1):
        path = "/".join(parts[:end])
        if path not in paths:
            paths.append(path)


def attributes(node):
    mode = stat.S_IFREG | 0o644 if paths[node - ROOT] in files else stat.S_IFDIR | 0o755
    return struct.pack("<6Q10I", node, 4096, 8, 0, 0, 0, 0, 0, 0, mode, 1, 0, 0, 0, 4096, 0)


def reply(request, unique, body=b"", error=0):
    os.write(request, struct.pack("<IiQ", 16 + len(body), -error, unique) + body)


def answer(fuse, opcode, unique, node, data):
    if opcode == INIT:
        reply(fuse, unique, struct.pack("<4I2H2I2HI7I", 7, 31, 0, 0, 8, 8, 4096, 1, 1, 0, 0, *[0] * 7))
    elif opcode == LOOKUP:
        path = f"{paths[node - ROOT]}/{data.split(bytes(1))[0].decode()}".lstrip("/")
        if path not in paths:
            reply(fuse, unique, error=ENOENT)
            return
        found = paths.index(path) + ROOT
        # Nothing is remembered by the kernel: it asks each time.
        reply(fuse, unique, struct.pack("<4Q2I", found, 0, 0, 0, 0, 0) + attributes(found))
    elif opcode == GETATTR:
        reply(fuse, unique, struct.pack("<Q2I", 0, 0, 0) + attributes(node))
    elif opcode in (OPEN, OPENDIR):
        (flags,) = struct.unpack_from("<I", data)
        direct = opcode == OPEN and flags & os.O_APPEND
        reply(fuse, unique, struct.pack("<QII", 0, FOPEN_DIRECT_IO if direct else 0, 0))
    elif opcode in (READ, READDIR, RELEASE, RELEASEDIR):
        reply(fuse, unique)
    elif opcode not in (FORGET, BATCH_FORGET, INTERRUPT):
        reply(fuse, unique, error=ENOSYS)


libc = ctypes.CDLL(None, use_errno=True)
fuse = os.open("/dev/fuse", os.O_RDWR)
options = f"fd={fuse},rootmode=40000,user_id=0,group_id=0,allow_other"
if libc.mount(b"silent", directory.encode(), b"fuse.silent", 0, options.encode()) != 0:
    sys.exit(f"mount: {os.strerror(ctypes.get_errno())}")
print("ready", flush=True)
silent = False
try:
    while True:
        ready, _, _ = select.select([fuse, 0], [], [])
        if 0 in ready:
            if not os.read(0, 4096):
                break
            silent = True
            print("silent", flush=True)
        if fuse in ready:
            request = os.read(fuse, 1 << 20)
            _, opcode, unique, node = struct.unpack_from("<IIQQ", request)
            if not silent:
                answer(fuse, opcode, unique, node, request[40:])
finally:
    libc.umount2(directory.encode(), MNT_DETACH)
