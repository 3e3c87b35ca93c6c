import { memoryFigures } from '../proc/parsers/memory.ts';

/** Lines of meminfo and counters of vmstat that the host's figures need. */
const machineFigures = [
  'MemTotal MemFree MemAvailable Buffers Cached SwapCached SwapTotal SwapFree Zswap AnonPages Shmem Active(file)',
  'Inactive(file) SReclaimable SUnreclaim KernelStack PageTables SecPageTables VmallocUsed Percpu Balloon Hugetlb',
  'Hugepagesize HugePages_Total HugePages_Free',
]
  .flatMap((line) => line.split(' ').map((name) => `${name}:`))
  .concat('pswpin', 'pswpout', 'oom_kill', 'nr_zspages', 'balloon_inflate', 'balloon_deflate');

/**
 * The reader, a program for awk(1) of POSIX, mawk, gawk and busybox that stays on the server. It remembers what it has
 * sent, and sends only differences. It replaces the shell, so the session there is this one process; it starts a shell
 * for what awk cannot do. It opens no file of a process itself: if the process ends meanwhile, the read fails and mawk
 * exits. Keys of arrays are always pids as strings: mawk 1.3.4 crashes if an array with many deletions mixes numbers
 * and strings.
 *
 * Its commands are lines:
 * - `t`: sends figures of the machine and `stat` of all processes. With arguments for the program of `v`, its answer comes
 *   before: perl reads `stat` too, so that one program is started and not two.
 * - `p …`: sends what the program of `v` answers to these arguments.
 * - `g PID …`: sends a summary of title, ids and signal masks of each process, if it has changed since the last `g`.
 * - `r PID …`: sends figures of smaps_rollup; with an `s` after the pid also the line of statm.
 * - `d N`: keeps the next N lines as functions for each shell.
 * - `v N`: keeps the next N lines as the program of perl(1) that reads what workers do, as a word of a shell.
 * - `x N`: runs the next N lines in a shell.
 * - `z ID`: ends an answer.
 */
export const readerProgram = String.raw`
function say(t) {
  O = O t "\n"
  if (length(O) > 4000) tell()
}
function tell() {
  print O
  fflush()
  O = ""
}
function take(n,   l, t) {
  while (n-- > 0 && (getline l) > 0) t = t l "\n"
  return t
}
function machine(l,   n, F, k) {
  n = split(l, F, " ")
  k = F[1]
  if (k ~ /^[0-9]/) {
    k = n == 2 ? "uptime" : "loadavg"
    l = n == 2 ? k " " F[1] : k " " F[1] " " F[2] " " F[3]
  } else if (k == "some" || k == "full") l = k " " F[2] " " F[3]
  else if (!(k in wanted)) return
  else l = k " " F[2]
  if (figures[k] == l) return
  figures[k] = l
  say("@" l)
}
function isStat(l) {
  if (!match(l, /.*\) /)) return 0
  return split(substr(l, RLENGTH + 1), S, " ") > 30
}
function pidIn(l, separator) {
  return substr(l, 1, index(l, separator) - 1)
}
function process(l,   p, c, b, h) {
  # What this program has started to read is new each time.
  if (S[2] == own) return
  p = pidIn(l, " ")
  count++
  seen[p] = scans
  if (raw[p] == l) return
  raw[p] = l
  c = substr(l, length(p) + 3, RLENGTH - length(p) - 4)
  gsub(/\\/, "&&", c)
  gsub(/\n/, "\\n", c)
  b = S[1] " " (S[12] + S[13]) " " S[22]
  h = S[2] " " S[3] " " S[4] " " int(S[7] / 2097152) % 2 " " S[18] " " S[20] " " c
  if (start[p] != S[20]) delete checked[p]
  start[p] = S[20]
  if (heads[p] == h) {
    # Of a thread of the kernel nothing else is shown.
    if (bodies[p] == b || int(S[7] / 2097152) % 2) return
    say(p " " b)
  } else say(p " " b " " h)
  bodies[p] = b
  heads[p] = h
}
function look(arguments,   c, l) {
  c = "exec perl -e " lookers " -- " arguments
  while ((c | getline l) > 0) say(l)
  close(c)
}
function tick(arguments,   c, l, m, p, n, isMachine, isWhole) {
  c = "exec grep -ah '' uptime loadavg pressure/memory meminfo vmstat [0-9]*/stat"
  if (arguments != "") {
    c = "exec perl -e " lookers " -- + " arguments
    say(W ":p")
    while ((c | getline l) > 0 && l != ".") say(l)
    say(W ":t")
  }
  scans++
  count = 0
  isMachine = 1
  while ((c | getline l) > 0) {
    if (isMachine) {
      if (l !~ /^[0-9]+ \(/) {
        machine(l)
        continue
      }
      isMachine = 0
    }
    p = pidIn(l, " ")
    if ((p in raw) && raw[p] == l) {
      count++
      seen[p] = scans
      continue
    }
    # A name may have newlines.
    for (n = 0; !(isWhole = isStat(l)) && n < 16 && (c | getline m) > 0; n++) l = l "\n" m
    if (isWhole) process(l)
  }
  close(c)
  # Without any, what reads them could not be started.
  if (count == known || count == 0) return
  known = 0
  n = 0
  for (p in seen) {
    if (seen[p] == scans) known++
    else gone[++n] = p
  }
  for (; n > 0; n--) {
    p = gone[n]
    say("-" p)
    delete seen[p]
    delete raw[p]
    delete heads[p]
    delete bodies[p]
    delete start[p]
    delete checked[p]
  }
}
function files(name,   i, t) {
  for (i = 2; i <= NF; i++) t = t " " $i "/" name
  return t
}
function check(   c, l, i, p, F, T, C) {
  c = "grep -HE '^(Uid|Gid|Sig(Blk|Ign|Cgt)):'" files("status") "; exec cksum" files("cmdline")
  while ((c | getline l) > 0) {
    if (l ~ /^[0-9]+\/status:/) {
      p = pidIn(l, "/")
      T[p] = T[p] substr(l, index(l, ":"))
    } else {
      split(l, F, " ")
      C[pidIn(F[3], "/")] = F[1] " " F[2]
    }
  }
  close(c)
  for (i = 2; i <= NF; i++) {
    p = $i ""
    l = C[p] T[p]
    if (checked[p] == l) continue
    say(p " " l)
    checked[p] = l
  }
}
function memory(   c, l, i, n, p, F, V, T) {
  c = "exec grep -HE '^(${memoryFigures.join('|')}):|^[0-9]+ [0-9]+ '"
  for (i = 2; i <= NF; i++) {
    c = c " " ($i + 0) "/smaps_rollup"
    if ($i ~ /s$/) c = c " " ($i + 0) "/statm"
  }
  while ((c | getline l) > 0) {
    if (l ~ /^[0-9]+\/statm:/) T[pidIn(l, "/")] = substr(l, index(l, ":") + 1)
    else {
      split(l, F, /[: ]+/)
      V[pidIn(F[1], "/"), F[2]] = F[3]
    }
  }
  close(c)
  n = split("${memoryFigures.join(' ')}", F, " ")
  for (i = 2; i <= NF; i++) {
    p = ($i + 0) ""
    if (p in T) say("s" p " " T[p])
    if (!((p, "Pss") in V)) continue
    l = p
    for (c = 1; c <= n; c++) l = l " " V[p, F[c]]
    say(l)
  }
}
BEGIN {
  ORS = ""
  CONVFMT = "%.0f"
  W = ENVIRON["W"]
  "exec cut -d' ' -f4 self/stat" | getline own
  n = split("${machineFigures.join(' ')}", F, " ")
  for (i = 1; i <= n; i++) wanted[F[i]] = 1
  if (ENVIRON["I"] != "") {
    say(W ":a")
    say(W ":z" ENVIRON["I"])
    tell()
  }
}
/^t/ { if (NF == 1) say(W ":t"); tick(substr($0, 3)) }
/^p/ { say(W ":p"); look(substr($0, 3)) }
/^g/ { say(W ":g"); check() }
/^r/ { say(W ":r"); memory() }
/^d/ { functions = take($2) }
/^v/ { lookers = take($2); sub(/\n$/, "", lookers) }
/^x/ { tell(); l = take($2); print functions l | "exec sh"; close("exec sh") }
/^z/ { say(W ":z" $2); tell() }
`;
