import type { Listener } from '../../../snapshot.ts';

const LISTEN = '0A';
const ESTABLISHED = '01';

/** The client has sent all that it will, and may still wait for the answer. */
const CLOSE_WAIT = '08';

/** Closed by this side: listed for 60 s more (TCP_TIMEWAIT_LEN of the kernel's net/tcp.h). */
const TIME_WAIT = '06';

/** The inode of a socket that no process has a descriptor of: a connection not accepted yet. */
const NO_INODE = '0';

const TCP_LINE =
  /^ *\d+: ([0-9A-F]+):([0-9A-F]{4}) ([0-9A-F]+):([0-9A-F]{4}) ([0-9A-F]{2}) [0-9A-F]+:([0-9A-F]+) \S+ +\S+ +\d+ +\d+ (\d+)/gm;

/**
 * Parses the listening sockets in /proc/PID/net/tcp or tcp6 (proc_pid_net(5)). Their rx_queue is the number of
 * connections waiting to be accepted. The kernel lists them before all others.
 */
export function parseTcp(text: string): { readonly listeners: readonly Listener[]; readonly complete: boolean } {
  const listeners: Listener[] = [];
  for (const [, address = '', port = '', , , state, queue = '', inode] of text.matchAll(TCP_LINE)) {
    if (state !== LISTEN) return { listeners, complete: true };
    listeners.push({
      address: `${addressOf(address)}:${Number.parseInt(port, 16)}`,
      inode: Number(inode),
      queue: Number.parseInt(queue, 16),
    });
  }
  return { listeners, complete: false };
}

/**
 * Parses the whole table and counts each listener's open connections and those closed in the last minute. The end that
 * closes first is listed: the server's, or that of a client on this machine.
 */
export function parseAllTcp(text: string): readonly Listener[] {
  const keys: string[] = [];
  const open = new Map<string, number>();
  const closed = new Map<string, number>();
  for (const [, address = '', port = '', peer = '', peerPort = '', state, , inode] of text.matchAll(TCP_LINE)) {
    const key = `${address}:${port}`;
    if (state === LISTEN) keys.push(key);
    const counts = state === TIME_WAIT ? closed : state === ESTABLISHED || state === CLOSE_WAIT ? open : null;
    if (counts === null || (counts === open && inode === NO_INODE)) continue;
    // A listener may be bound to this address or to all addresses.
    const ends = [key, `${'0'.repeat(address.length)}:${port}`];
    if (counts === closed && peer === address)
      ends.push(`${peer}:${peerPort}`, `${'0'.repeat(peer.length)}:${peerPort}`);
    for (const to of ends) count(counts, to);
  }
  return parseTcp(text).listeners.map((listener, index) => {
    const key = keys[index] ?? '';
    return { ...listener, open: open.get(key) ?? 0, closed: closed.get(key) ?? 0 };
  });
}

/** Parses words of 32 bits in the machine's byte order: little-endian wherever Node runs on Linux, except s390x. */
export function addressOf(hex: string): string {
  const bytes = (hex.match(/.{8}/g) ?? []).flatMap((word) => (word.match(/../g) ?? []).reverse());
  const numbers = bytes.map((byte) => Number.parseInt(byte, 16));
  if (numbers.length === 4) return numbers.join('.');
  const mapped = numbers.slice(0, 10).every((byte) => byte === 0) && numbers[10] === 255 && numbers[11] === 255;
  if (mapped) return numbers.slice(12).join('.');
  const groups = Array.from({ length: 8 }, (_, index) =>
    (((numbers[2 * index] ?? 0) << 8) | (numbers[2 * index + 1] ?? 0)).toString(16),
  );
  return `[${shortest(groups)}]`;
}

/** Shortens an IPv6 address as RFC 5952 says: the longest run of zero groups becomes `::`. */
function shortest(groups: readonly string[]): string {
  let best = { start: 0, length: 0 };
  for (let start = 0; start < groups.length; start++) {
    let length = 0;
    while (groups[start + length] === '0') length++;
    if (length > best.length) best = { start, length };
  }
  if (best.length < 2) return groups.join(':');
  return `${groups.slice(0, best.start).join(':')}::${groups.slice(best.start + best.length).join(':')}`;
}

/** SO_ACCEPTCON of the kernel's net.h. */
const ACCEPTS = 0x00010000;

/** SS_CONNECTING (not accepted yet) and SS_CONNECTED of the kernel's net.h. */
const CONNECTING = '02';
const CONNECTED = '03';

/**
 * Parses the listening sockets in /proc/PID/net/unix (proc_pid_net(5)). The server's side of a connection is listed
 * under the listener's name as soon as the client connects. Until it is accepted it has no inode (unix_seq_show in the
 * kernel's net/unix/af_unix.c). If the client has gone, it still waits.
 */
export function parseUnix(text: string): readonly Listener[] {
  const found: { readonly inode: number; readonly name: string | null }[] = [];
  const bound = new Map<string, number>();
  const waiting = new Map<string, number>();
  const open = new Map<string, number>();
  const line = /^\S+: \S+ \S+ ([0-9A-F]{8}) \S+ (\S+) +(\d+)(?: (.+))?$/gm;
  for (const [, flags = '', state, inode = '', name = null] of text.matchAll(line)) {
    const isListener = (Number.parseInt(flags, 16) & ACCEPTS) !== 0;
    if (isListener) found.push({ inode: Number(inode), name });
    if (name === null) continue;
    if (isListener) count(bound, name);
    else if (state === CONNECTING && inode === NO_INODE) count(waiting, name);
    else if (state === CONNECTED) count(open, name);
  }
  return found.map(({ inode, name }) => {
    // If two sockets were bound to one name in turn, the table does not tell which one a connection belongs to.
    const alone = name !== null && bound.get(name) === 1;
    return {
      address: name === null ? 'unix:(unnamed)' : `unix:${name}`,
      inode,
      queue: alone ? (waiting.get(name) ?? 0) : null,
      ...(alone ? { open: open.get(name) ?? 0 } : {}),
    };
  });
}

function count(counts: Map<string, number>, name: string): void {
  counts.set(name, (counts.get(name) ?? 0) + 1);
}
