import type { Errand, Report } from './control/as-owner/errand.ts';
import { prepare } from './control/as-owner/perform.ts';
import { Refused } from './control/as-owner/trust.ts';

// The process that does one errand with the rights of a server's owner. It may be left behind where a path does not answer: whoever has
// left it does not tell it to go on, so that nothing is done later.

/** Resolves when it was sent, or nobody listens any more. */
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
