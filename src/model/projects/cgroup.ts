/** Units that start programs of many kinds, which do not belong together. */
const shared = /^(?:ssh|sshd|cron|crond|supervisor|supervisord|docker|containerd|init|user@\d+|session-.*|pm2.*)$/;

/**
 * docker, podman, containerd, cri-o and Kubernetes use 64 hex digits in the last parts of the path. podman's conmon
 * only watches a container.
 */
const engines = /(?:^|[/:-])(?<!\bconmon-)([0-9a-f]{12})[0-9a-f]{52}(?:\.scope)?(?=\/|$)/;

/** LXC, systemd-nspawn, machinectl and Amazon's ECS, which use names. */
const named = [
  /\/lxc(?:\.payload\.|\/)([^/]+)/,
  /\/systemd-nspawn@([^/]+)\.service/,
  /\/machine-([^/]+)\.scope/,
  /\/ecs\/[^/]+\/([0-9a-f]{12})[0-9a-f]{20}-\d+/,
] as const;

/** podman's quadlets, one for each container, run it below their own unit: `shop.service/libpod-payload-ID`. */
const ofQuadlet = /^(.*\.service)\/libpod-payload-[0-9a-f]{64}/;

export interface Unit {
  /** As systemctl knows it: `shop-web.service`. */
  readonly name: string;
  /** Of a user's own systemd: `systemctl --user`. */
  readonly ofUser: boolean;
}

/** Where a path of proc_pid_cgroup(5) says that a process runs. */
export interface Place {
  /** The first 12 digits of its container's id, as docker shows them, or its name. */
  readonly container: string | null;
  /** Its systemd unit, if that is its own. In a container: the unit within it, or podman's for that container. */
  readonly unit: Unit | null;
}

/** The container and the systemd unit that a path of proc_pid_cgroup(5) names. Each is null if it names none. */
export function placeOf(cgroup: string | null): Place {
  const path = cgroup ?? '';
  for (const form of [engines, ...named]) {
    const match = form.exec(path);
    if (match === null) continue;
    const container = unescaped(match[1] ?? '');
    const inside = unitOf(path.slice(match.index + match[0].length));
    return { container, unit: inside ?? unitOf(ofQuadlet.exec(path)?.[1] ?? '') };
  }
  return { container: null, unit: unitOf(path) };
}

function unitOf(path: string): Unit | null {
  const name = /\/([^/]+)\.service(?:\/[^/]*)?$/.exec(path)?.[1];
  if (name === undefined || shared.test(unescaped(name))) return null;
  return { name: `${name}.service`, ofUser: /\/user@\d+\.service\//.test(path) };
}

/** Decodes the escapes that systemd writes in names of units (systemd.unit(5)). */
export function unescaped(name: string): string {
  return name.replace(/\\x([0-9a-f]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
}
