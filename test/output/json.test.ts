import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { advise } from '../../src/model/advice/advice.ts';
import { buildModel } from '../../src/model/build.ts';
import { History } from '../../src/model/history/history.ts';
import { listDocument, printedJson } from '../../src/output/json.ts';
import { processTables } from '../helpers/process-tables.ts';
import { host, sample, snapshot } from '../helpers/samples.ts';
import { schemaProblems } from '../helpers/schema.ts';

const listed = (...reading: Parameters<typeof snapshot>) => {
  const model = buildModel(snapshot(...reading), null, { memoryTotal: null });
  const history = new History();
  history.record(model);
  return JSON.parse(printedJson(listDocument(model, advise(model, history))));
};

describe('list --json', () => {
  it('is as its schema says, whatever runs', () => {
    fc.assert(
      fc.property(processTables, (processes) => {
        expect(schemaProblems(listed(processes))).toEqual([]);
      }),
    );
  });

  it('has null for what is not known, and never 0', () => {
    const memory = { rss: 1000, pss: null, uss: null, swap: null, quality: 'estimate', fresh: false } as const;
    const gunicorn = { argv: ['gunicorn', 'shop.wsgi'], cwd: null, directory: null, memory, listeners: null };
    const document = listed([sample({ pid: 10, ...gunicorn })], { host: host({ load: null }) });
    expect(schemaProblems(document)).toEqual([]);
    expect(document.host.load).toBeNull();
    const [{ servers, directory, virtualenv, cpu }] = document.projects;
    expect({ directory, virtualenv, cpu }).toEqual({ directory: null, virtualenv: null, cpu: null });
    expect(servers[0]).toMatchObject({ version: null, queue: null, cpu: null, workers: { configured: null } });
    expect(servers[0].memory).toMatchObject({ rss: 1000, pss: null, uss: null, swap: null });
  });

  it('would not be as the schema says with anything added, left out or of another kind', () => {
    const document = listed([sample({ pid: 10, argv: ['gunicorn', 'shop.wsgi'] })]);
    const { advice: _, ...less } = document;
    expect(schemaProblems(less)).not.toEqual([]);
    expect(schemaProblems({ ...document, more: 1 })).not.toEqual([]);
    expect(schemaProblems({ ...document, at: 'yesterday' })).not.toEqual([]);
    expect(schemaProblems({ ...document, system: { ...document.system, processes: -1 } })).not.toEqual([]);
  });
});
