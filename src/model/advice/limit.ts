import { bytes, percent } from '../../text/figures.ts';
import { advice, namedProject, type Rule } from './rule.ts';

/** A project above this fraction of its limit may soon be killed. */
const CLOSE = 0.85;

/** Projects near the memory limit of their systemd unit or container. */
export const limit: Rule = ({ projects }) =>
  projects.flatMap((project) => {
    const { memory, memoryLimit } = project;
    // The kernel drops file pages before it kills anything.
    const held = memory.counted === null ? 0 : memory.counted - (memory.file ?? 0);
    const share = memoryLimit === null || memoryLimit <= 0 ? 0 : held / memoryLimit;
    if (memoryLimit === null || share < CLOSE) return [];
    return advice(
      { type: 'project', project: namedProject(project) },
      {
        kind: 'limit',
        severity: 'warning',
        text: `${bytes(held)} of its limit of ${bytes(memoryLimit)} is used (${percent(share)}): above it the kernel kills its processes.`,
      },
    );
  });
