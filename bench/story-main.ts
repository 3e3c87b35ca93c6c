/**
 * Measures the monitors beside the story's servers, and prints the figures as JSON. `story.ts` starts it in a
 * namespace.
 */
import { startStory } from '../test/helpers/story.ts';
import { processCount } from './machine.ts';
import { measure, monitors } from './monitors.ts';
import type { StoryFigures } from './story.ts';

/** MB. */
const WORKER = 150;
const BEAT = 80;

const seconds = Number(process.argv[2]);
const story = await startStory({ ballastMb: WORKER, beatBallastMb: BEAT });
try {
  const found: StoryFigures['monitors'][number][] = [];
  for (const monitor of monitors) found.push([monitor.name, await measure(monitor, seconds)]);
  const figures: StoryFigures = { processes: processCount(), monitors: found };
  process.stdout.write(JSON.stringify(figures));
} finally {
  await story.stop();
}
