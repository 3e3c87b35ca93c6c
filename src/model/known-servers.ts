import { definitions } from '../servers/registry.ts';

const labels = definitions
  .filter(({ category, scaling }) => category === 'app' && scaling.method !== 'none')
  .map(({ label }) => label);

/** Labels of the kinds of server that workertop can scale; `gunicorn dirty` counts as `gunicorn`. */
export const scalableServers = labels.filter((label) => !labels.some((other) => label.startsWith(`${other} `)));
