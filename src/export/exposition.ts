import { type Metric, type MetricType, sampleName } from './metric.ts';

export interface Sample {
  readonly metric: Metric;
  /** Values in the order of the metric's labels. */
  readonly labels: readonly string[];
  readonly value: number;
}

/** Text formats: Prometheus (version 0.0.4) and OpenMetrics 1.0. */
export type Format = 'prometheus' | 'openmetrics';

export const contentTypes: Readonly<Record<Format, string>> = {
  prometheus: 'text/plain; version=0.0.4; charset=utf-8',
  openmetrics: 'application/openmetrics-text; version=1.0.0; charset=utf-8',
};

/** The format that an `Accept` header asks for. Prometheus if it names neither. */
export function formatFor(accept: string | undefined): Format {
  return accept?.includes('application/openmetrics-text') === true ? 'openmetrics' : 'prometheus';
}

/** The text of a scrape. Samples of one metric stand together, as both formats require. */
export function exposition(samples: readonly Sample[], format: Format): string {
  const families = new Map<Metric, string[]>();
  for (const sample of samples) {
    const lines = families.get(sample.metric) ?? heading(sample.metric, format);
    families.set(sample.metric, lines);
    lines.push(line(sample));
  }
  const text = [...families.values()].flat().join('\n');
  const end = format === 'openmetrics' ? '# EOF\n' : '';
  return text === '' ? end : `${text}\n${end}`;
}

/** Texts of the last reading. They are made when it is read, so that no scrape waits for one of thousands of series. */
export class Texts {
  readonly #made = new Map<Format, Buffer>();
  #samples: readonly Sample[] = [];

  /** Takes the samples of a reading, and makes the texts that were asked for before. */
  renew(samples: readonly Sample[]): void {
    this.#samples = samples;
    for (const format of this.#made.keys()) this.#make(format);
  }

  of(format: Format): Buffer {
    return this.#made.get(format) ?? this.#make(format);
  }

  #make(format: Format): Buffer {
    const text = Buffer.from(exposition(this.#samples, format));
    this.#made.set(format, text);
    return text;
  }
}

/** HELP and TYPE lines. OpenMetrics names the metric family there, Prometheus the sample. */
function heading(metric: Metric, format: Format): string[] {
  const name = format === 'openmetrics' ? metric.name : sampleName(metric);
  const lines = [`# HELP ${name} ${escapedHelp(metric.help)}`, `# TYPE ${name} ${typeName(metric.type, format)}`];
  if (format === 'openmetrics' && metric.unit !== null) lines.push(`# UNIT ${name} ${metric.unit}`);
  return lines;
}

/** Prometheus has no type `info`: write a gauge of 1. */
function typeName(type: MetricType, format: Format): string {
  return type === 'info' && format === 'prometheus' ? 'gauge' : type;
}

function line({ metric, labels, value }: Sample): string {
  let set = '';
  for (const [index, name] of metric.labels.entries()) {
    set += `${index === 0 ? '{' : ','}${name}="${escapedValue(labels[index] ?? '')}"`;
  }
  return `${sampleName(metric)}${set === '' ? '' : `${set}}`} ${value}`;
}

function escapedHelp(text: string): string {
  return text.replace(/\\/g, '\\\\').replace(/\n/g, '\\n');
}

/** Nearly no value has any of these. */
const special = /[\\"\n]/;

function escapedValue(text: string): string {
  if (!special.test(text)) return text;
  return escapedHelp(text).replace(/"/g, '\\"');
}
