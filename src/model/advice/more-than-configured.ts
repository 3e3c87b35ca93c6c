import { eachServer, type Rule, scaling, serverAdvice } from './rule.ts';

/** More workers run than a restart would bring: somebody has added them, or the file has changed since. */
export const moreThanConfigured: Rule = (model) =>
  eachServer(model, (server, project) => {
    const { current, configured } = server.workers;
    const { count } = configured;
    // A default is a guess: a hidden setting may say more.
    if (
      count === null ||
      count < 1 ||
      configured.by?.type === 'default' ||
      current <= count ||
      server.scaling.method === 'none'
    )
      return null;
    return serverAdvice(project, server, {
      kind: 'more-than-configured',
      severity: 'info',
      text: `${current} workers run, ${count} are configured: some were added, or the configuration has changed. A restart brings ${count}.`,
      ...scaling(server, 'trim'),
      where: configured.where,
    });
  });
