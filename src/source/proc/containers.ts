import type { ContainerFacts } from '../../snapshot.ts';
import type { FileView } from '../files/known-files.ts';

/** Most bytes read of a file in which docker describes one container, or podman all of them. */
const LARGEST = 1024 * 1024;

/**
 * Container ids in cgroup paths: `docker-ID.scope`, `libpod-ID.scope`, `cri-containerd-ID.scope`. podman's conmon only
 * watches a container.
 */
const idForm = /(?:^|[/:-])(?<!conmon-)([0-9a-f]{64})(?:\.scope)?(?:\/|$)/;

/** Data directories of Docker, and of its snap (https://docs.docker.com/engine/daemon). */
const dockers = ['/var/lib/docker', '/var/snap/docker/common/var-lib-docker'];

/** Labels by which docker compose, a swarm's stacks and podman-compose mark their containers. */
const labels = [
  ['com.docker.compose.project', 'com.docker.compose.service'],
  ['com.docker.stack.namespace', 'com.docker.swarm.service.name'],
  ['io.podman.compose.project', 'io.podman.compose.service'],
] as const;

/**
 * What its engine knows of a process's container. Null outside containers, and if the engine's files cannot be read.
 * @param files the machine's files
 */
export function containerOf(cgroup: string | null, files: FileView): ContainerFacts | null {
  const id = idForm.exec(cgroup ?? '')?.[1];
  if (id === undefined) return null;
  if (/libpod-/.test(cgroup ?? '')) return ofPodman(id, files);
  if (/kubepods/.test(cgroup ?? '')) return ofKubernetes(id, files);
  return ofDocker(id, files);
}

function ofDocker(id: string, files: FileView): ContainerFacts | null {
  const members = [['Name'], ...labels.flat().map((label) => ['Config', 'Labels', label])];
  for (const root of dockers) {
    const texts = files.json(`${root}/containers/${id}/config.v2.json`, members, LARGEST);
    if (texts === null) continue;
    const [name, ...values] = texts;
    for (const index of labels.keys()) {
      const [project, service] = [values[2 * index] ?? null, values[2 * index + 1] ?? null];
      if (project !== null) return { name: plain(name), project, service: withoutStack(service, project) };
    }
    return { name: plain(name), project: null, service: null };
  }
  return null;
}

/** podman has the names of all containers in one file (containers-storage.conf(5)). */
function ofPodman(id: string, files: FileView): ContainerFacts | null {
  const path = '/var/lib/containers/storage/overlay-containers/containers.json';
  const [name] = files.json(path, [[`id=${id}`, 'names', '0']], LARGEST) ?? [];
  return name == null ? null : { name, project: null, service: null };
}

/** containerd's CRI plugin writes the names into the container's specification. */
function ofKubernetes(id: string, files: FileView): ContainerFacts | null {
  const path = `/run/containerd/io.containerd.runtime.v2.task/k8s.io/${id}/config.json`;
  const annotations = ['io.kubernetes.cri.container-name', 'io.kubernetes.cri.sandbox-name'];
  const texts = files.json(
    path,
    annotations.map((name) => ['annotations', name]),
    LARGEST,
  );
  const [name = null, pod = null] = texts ?? [];
  if (name === null && pod === null) return null;
  // A deployment's pods: NAME-HASH-HASH.
  return { name: pod?.replace(/(?:-[a-z0-9]{6,10})?-[a-z0-9]{5}$/, '') ?? name, project: null, service: name };
}

function plain(name: string | null | undefined): string | null {
  return name?.replace(/^\//, '') ?? null;
}

function withoutStack(service: string | null, stack: string): string | null {
  return service?.startsWith(`${stack}_`) ? service.slice(stack.length + 1) : service;
}
