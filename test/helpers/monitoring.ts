import { readFileSync } from 'node:fs';

/** A file of docs/prometheus. */
export function monitoringFile(name: string): string {
  return readFileSync(new URL(`../../docs/prometheus/${name}`, import.meta.url), 'utf8');
}

interface Panel {
  readonly id: number;
  readonly title: string;
  readonly gridPos: { readonly x: number; readonly y: number; readonly w: number; readonly h: number };
  readonly targets: readonly { readonly expr: string }[];
}

/** The panels of the Grafana dashboard. */
export function grafanaPanels(): readonly Panel[] {
  const { panels }: { readonly panels: readonly Panel[] } = JSON.parse(monitoringFile('grafana.json'));
  return panels;
}

/** Every expression of the dashboard, with Grafana's variables replaced as Grafana does. */
export function dashboardExpressions(): readonly string[] {
  const values: Readonly<Record<string, string>> = {
    $__rate_interval: '1m',
    $__range: '1d',
    $instance: '.*',
    $project: '.*',
  };
  return grafanaPanels().flatMap(({ targets }) =>
    targets.map(({ expr }) => expr.replace(/\$\w+/g, (name) => values[name] ?? name)),
  );
}

/** Every expression of the alert rules. */
export function alertExpressions(): readonly string[] {
  return [...monitoringFile('alerts.yml').matchAll(/^ +expr: '(.*)'$/gm)].map(([, expression = '']) => expression);
}
