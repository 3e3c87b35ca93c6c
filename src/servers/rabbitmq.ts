import { programOf } from './kit/program.ts';
import { unscalable } from './kit/unscalable.ts';

/** RabbitMQ, 3.10: one virtual machine of Erlang's, with a helper or two. */
export const rabbitmq = unscalable({
  kind: 'rabbitmq',
  label: 'RabbitMQ',
  category: 'service',
  configuredIn: 'one process',
  claim: ({ argv }) => {
    const { name, args } = programOf(argv);
    const boots = args.some((arg, index) => arg === '-s' && args[index + 1] === 'rabbit');
    return name === 'beam.smp' && boots ? { role: 'single', args } : null;
  },
  advice: 'vm_memory_high_watermark bounds its memory: above it, publishers are blocked.',
});
