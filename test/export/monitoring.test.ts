import { readFileSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { describe, expect, test } from 'vitest';
import { type Metric, metrics, sampleName } from '../../src/export/metric.ts';
import { alertExpressions, dashboardExpressions, grafanaPanels, monitoringFile } from '../helpers/monitoring.ts';

const all: readonly Metric[] = Object.values(metrics);
const names = new Set(all.map(sampleName));
/** Labels of the metrics, and those that Prometheus adds. */
const labels = new Set([...all.flatMap((metric) => metric.labels), 'instance', 'job']);

const expressions = [...dashboardExpressions(), ...alertExpressions()];

describe('what Prometheus and Grafana are asked', () => {
  test('there are alerts and panels', () => {
    expect(alertExpressions().length).toBeGreaterThan(5);
    expect(dashboardExpressions().length).toBeGreaterThan(10);
  });

  test.each(expressions)('%s asks for metrics and labels that are exported', (expression) => {
    const asked = [...expression.matchAll(/\bworkertop_\w+/g)].map(([name]) => name);
    expect(asked.length).toBeGreaterThan(0);
    expect(asked.filter((name) => !names.has(name))).toEqual([]);
    const grouped = [...expression.matchAll(/\b(?:by|without|on|ignoring|group_left) \(([^)]*)\)/g)];
    const matched = [...expression.matchAll(/(\w+)(?:=~|!~|!=|=)"/g)].map(([, name = '']) => name);
    const used = [...grouped.flatMap(([, list = '']) => list.split(', ')), ...matched].filter((name) => name !== '');
    expect(used.filter((name) => !labels.has(name))).toEqual([]);
  });
});

describe('the Grafana dashboard', () => {
  test('is of the form that Grafana documents', () => {
    const schema = JSON.parse(readFileSync('test/export/grafana.schema.json', 'utf8'));
    const ajv = new Ajv2020({ allErrors: true, strict: false });
    const isValid = ajv.validate(schema, JSON.parse(monitoringFile('grafana.json')));
    expect(isValid ? [] : ajv.errors).toEqual([]);
  });

  test('has panels beside each other, none over another or beyond the edge', () => {
    const panels = grafanaPanels();
    expect(new Set(panels.map(({ id }) => id)).size).toBe(panels.length);
    const taken = new Map<string, string>();
    for (const { title, gridPos } of panels) {
      expect(gridPos.x + gridPos.w, title).toBeLessThanOrEqual(24);
      for (let x = gridPos.x; x < gridPos.x + gridPos.w; x++) {
        for (let y = gridPos.y; y < gridPos.y + gridPos.h; y++) {
          expect(taken.get(`${x} ${y}`), `${title} at ${x} ${y}`).toBeUndefined();
          taken.set(`${x} ${y}`, title);
        }
      }
    }
  });
});
