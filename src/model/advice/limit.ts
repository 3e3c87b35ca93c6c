import { bytes, percent } from '../../text/figures.ts';
import { advice, type Rule } from './rule.ts';

/** From this share of its limit on, a project is close to being killed for it. */
const CLOSE = 0.85;

/** Projects whose systemd unit or container limits their memory, and that are near it. */
export const limit: Rule = ({ projects }) =>
  projects.flatMap(({ id, name, memory, memoryLimit }) => {
    // Pages of files go before anything is killed.
    const held = memory.counted === null ? 0 : memory.counted - (memory.file ?? 0);
    const share = memoryLimit === null || memoryLimit <= 0 ? 0 : held / memoryLimit;
    if (memoryLimit === null || share < CLOSE) return [];
    return advice({
      kind: 'limit',
      severity: 'warning',
      projectId: id,
      project: name,
      text: `${bytes(held)} of its limit of ${bytes(memoryLimit)} are used (${percent(share)}): above it the kernel kills its processes.`,
    });
  });
