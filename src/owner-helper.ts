import { endAfter } from './control/as-owner/end-after.ts';
import type { Errand, Permission, Report } from './control/as-owner/errand.ts';
import { prepare } from './control/as-owner/perform.ts';
import { Refused } from './control/as-owner/trust.ts';

// The process that performs one errand with the rights of a server's owner. It blocks if a path does not answer.
// workertop then kills it or leaves it behind, and never permits it to go on, so it does nothing later.

/** Seconds in which workertop, if it still runs, ends what takes too long itself, and says so. */
const GRACE = 1;

/** Resolves when the report was sent, or when workertop has ended. */
function report(message: Report): Promise<void> {
  return new Promise((resolve) => {
    if (process.send === undefined || !process.connected) resolve();
    else process.send(message, undefined, undefined, () => resolve());
  });
}

/** Null if workertop has ended. */
function nextPermission(): Promise<Permission | null> {
  return new Promise((resolve) => {
    process.once('message', (message: Permission) => resolve(message)).once('disconnect', () => resolve(null));
  });
}

async function perform(errand: Errand): Promise<void> {
  const performChecked = prepare(errand);
  const answer = nextPermission();
  await report({ type: 'checked' });
  const permission = await answer;
  if (permission === null) return;
  // Also if workertop has ended by then.
  endAfter(permission.seconds + GRACE);
  await report({ type: 'done', outcome: await performChecked() });
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
