import type { Errand, Report } from './control/as-owner/errand.ts';
import { prepare } from './control/as-owner/perform.ts';
import { Refused } from './control/as-owner/trust.ts';

// The process that performs one errand with the rights of a server's owner. It blocks if a path does not answer.
// workertop then kills it or leaves it behind, and never tells it to go on, so it does nothing later.

/** Resolves when the report was sent, or when workertop has ended. */
function report(message: Report): Promise<void> {
  return new Promise((resolve) => {
    if (process.send === undefined || !process.connected) resolve();
    else process.send(message, undefined, undefined, () => resolve());
  });
}

function toldToGoOn(): Promise<boolean> {
  return new Promise((resolve) => {
    process.once('message', () => resolve(true)).once('disconnect', () => resolve(false));
  });
}

async function perform(errand: Errand): Promise<void> {
  const deed = prepare(errand);
  const goesOn = toldToGoOn();
  await report({ type: 'checked' });
  if (await goesOn) await report({ type: 'done', outcome: await deed() });
}

process.once('message', async (errand: Errand) => {
  try {
    await perform(errand);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    await report({ type: 'done', outcome: error instanceof Refused ? why : `It could not be done: ${why}` });
  } finally {
    if (process.connected) process.disconnect();
  }
});
