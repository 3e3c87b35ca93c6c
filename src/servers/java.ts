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
    return { role: 'single', args: program.args, app: withoutVersion(program.main.slice(0, -'.jar'.length)) };
  },
  advice: 'It has threads, not workers: -Xmx limits its heap.',
});

/** The version changes with each release: `crm` of `crm-1.4.2`. */
function withoutVersion(name: string): string {
  return name.split(/-v?(?=\d)/, 1)[0] || name;
}
