import { usesText } from '../model/activity/waits.ts';
import { sharePhrase } from '../model/activity/words.ts';
import type { History } from '../model/history/history.ts';
import { type Model, serverTitle } from '../model/model.ts';
import { clean } from '../text/sanitize.ts';

/** For each server whose activity is known: how many of its workers were in use, and what they were doing. */
export function inUseLines(model: Model, history: History): readonly string[] {
  return model.projects.flatMap(({ name, servers }) =>
    servers.flatMap((server) => {
      const share = history.series(`server:${server.key}`, 'inUse').values.at(-1);
      const phrase = share === undefined ? null : sharePhrase(server, share);
      if (phrase === null) return [];
      const basis = server.activity?.basis === 'connections' ? ', by its connections' : '';
      const uses = usesText(history.uses(server.key), model);
      return [clean(`${name}, ${serverTitle(server)}: ${phrase}${basis}${uses === null ? '' : `; ${uses}`}`)];
    }),
  );
}
