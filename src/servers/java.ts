import { javaProgram } from './kit/java-program.ts';
import { unscalable } from './kit/unscalable.ts';

/** A program of the JVM's, as Spring Boot makes them: `java -jar shop.jar`. */
export const java = unscalable({
  kind: 'java',
  label: 'java',
  configuredIn: 'one process',
  claim: ({ argv }) => {
    const program = javaProgram(argv);
    if (program === null || !program.main.endsWith('.jar')) return null;
    return { role: 'single', args: program.args, app: program.main.replace(/\.jar$/, '') };
  },
  advice: 'It has threads, not workers: -Xmx limits its heap.',
});
