import { javaProgram } from './kit/java-program.ts';
import { unscalable } from './kit/unscalable.ts';

/**
 * Elasticsearch 8: a JVM that only starts another JVM, and a process for machine learning (server/bootstrap). Not run
 * here.
 */
export const elasticsearch = unscalable({
  kind: 'elasticsearch',
  label: 'Elasticsearch',
  category: 'service',
  configuredIn: 'one process',
  claim: ({ argv }) => {
    const main = javaProgram(argv)?.main ?? '';
    if (!/^org\.(?:elasticsearch|opensearch)\.(?:bootstrap|server|launcher)/.test(main)) {
      return main === 'org.elasticsearch.server.cli.ServerCli' || main === 'org.elasticsearch.launcher.CliToolLauncher'
        ? { args: null }
        : null;
    }
    return { args: argv.slice(1) };
  },
  role: ({ parent }) => (parent === null ? 'single' : 'helper'),
  advice: '-Xmx in jvm.options sets its heap, by default half of the memory.',
});
