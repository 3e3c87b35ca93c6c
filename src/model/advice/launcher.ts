import { isWrapper } from '../../recognise/wrappers.ts';
import { baseName } from '../../text/base-name.ts';
import { bytes } from '../../text/figures.ts';
import { givesBack } from '../memory.ts';
import type { ProcessNode, Project } from '../model.ts';
import { advice, namedProject, type Rule } from './rule.ts';

/** Bytes that a program which only waits for another may well take. */
const REASONABLE = 16 * 1024 * 1024;

/** Programs that have started another and stay for nothing else: npm, yarn, a shell, poetry, uv, dotenv. */
export const launcher: Rule = (model) =>
  model.projects.flatMap((project) =>
    processesOf(project).flatMap((process) => {
      const { counted } = process.memory;
      if (counted === null || counted < REASONABLE || !isWrapper(process.sample.facts)) return [];
      const frees = givesBack(process.memory);
      const gain = frees === null ? '' : ` Starting that directly frees ≈${bytes(frees)}.`;
      const name = process.command
        .split(' ')
        .slice(0, 2)
        .map((word) => baseName(word).slice(0, 12))
        .join(' ');
      return [
        advice(
          { type: 'process', project: namedProject(project), pid: process.pid, server: null },
          {
            kind: 'launcher',
            severity: 'info',
            text: `${name} (${process.pid}) takes ${bytes(counted)} just to wait for the program it started.${gain}`,
            frees,
          },
        ),
      ];
    }),
  );

function processesOf({ servers, processes }: Project): readonly ProcessNode[] {
  return [...servers.flatMap((server) => server.processes), ...processes];
}
