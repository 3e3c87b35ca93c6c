import { javaProgram } from './kit/java-program.ts';
import { unscalable } from './kit/unscalable.ts';

/** Apache Tomcat, 10.1: threads in one JVM. */
export const tomcat = unscalable({
  kind: 'tomcat',
  label: 'Tomcat',
  configuredIn: 'threads: `maxThreads`, not read',
  // The directory of an instance: its configuration, its logs and its apps (RUNNING.txt).
  directoryFlags: ['-Dcatalina.base'],
  claim: ({ argv }) => {
    const program = javaProgram(argv);
    if (program?.main !== 'org.apache.catalina.startup.Bootstrap') return null;
    return { role: 'single', args: argv.slice(1) };
  },
  advice: 'It has threads, not workers: maxThreads in server.xml. -Xmx limits its heap.',
});
