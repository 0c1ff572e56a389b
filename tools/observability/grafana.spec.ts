import { describe, expect, it } from 'vitest';
import { readText, readYaml } from './files.ts';
import { documentedMetrics } from './metrics-table.ts';
import { promqlReferences } from './promql.ts';
import { unknownReferences } from './unknown-references.ts';

interface Panel {
  readonly id: number;
  readonly type: string;
  readonly title: string;
  readonly description?: string;
  readonly gridPos: {
    readonly x: number;
    readonly y: number;
    readonly w: number;
    readonly h: number;
  };
  readonly datasource?: { readonly uid: string };
  readonly targets?: readonly { readonly expr: string; readonly datasource: { uid: string } }[];
}

interface Dashboard {
  readonly panels: readonly Panel[];
  readonly templating: {
    readonly list: readonly { readonly name: string; query: { query: string } }[];
  };
}

const FOLDER = 'deploy/observability/grafana';
const { panels, templating } = JSON.parse(
  readText(`${FOLDER}/dashboards/overview.json`),
) as Dashboard;
const queries = panels.flatMap(({ title, targets = [] }) =>
  targets.map(({ expr }) => [title, promqlOf(expr)] as const),
);

/** The expression as Prometheus gets it, with a value for each of Grafana's variables. */
function promqlOf(expression: string): string {
  return expression.replaceAll('$__rate_interval', '1m').replaceAll('$service', '.*');
}

describe('the dashboard', () => {
  it.each(queries)('%s: asks for nothing that no service shows: %s', (_title, expression) => {
    expect(expression).not.toContain('$');
    expect(unknownReferences(expression)).toEqual([]);
  });

  it('shows every metric that is documented', () => {
    const shown = new Set(
      queries.flatMap(([, expression]) => [...promqlReferences(expression).metrics]),
    );

    const missing = documentedMetrics().filter(
      ({ name }) => ![name, `${name}_bucket`, `${name}_count`].some((series) => shown.has(series)),
    );
    expect(missing.map(({ name }) => name)).toEqual([]);
  });

  it('uses data sources that are provisioned', () => {
    const { datasources } = readYaml(`${FOLDER}/provisioning/datasources/prometheus.yml`) as {
      datasources: readonly { uid: string }[];
    };
    const provisioned = datasources.map(({ uid }) => uid);

    for (const { type, title, datasource, targets = [] } of panels) {
      if (type === 'row') continue;
      for (const uid of [datasource?.uid, ...targets.map((target) => target.datasource.uid)]) {
        expect(provisioned, title).toContain(uid);
      }
    }
  });

  it('has its variables from metrics that exist', () => {
    for (const { query } of templating.list) {
      const [, metric = ''] = /^label_values\((\w+), \w+\)$/.exec(query.query) ?? [];
      expect(unknownReferences(metric)).toEqual([]);
    }
  });

  it('explains each panel, and puts no two at the same place', () => {
    const taken = new Map<string, string>();
    expect(new Set(panels.map(({ id }) => id)).size).toBe(panels.length);
    for (const { title, type, description, gridPos } of panels) {
      if (type !== 'row') expect(description, title).toMatch(/\S/);
      expect(gridPos.x + gridPos.w, title).toBeLessThanOrEqual(24);
      for (let x = gridPos.x; x < gridPos.x + gridPos.w; x++) {
        for (let y = gridPos.y; y < gridPos.y + gridPos.h; y++) {
          expect(taken.get(`${x},${y}`), title).toBeUndefined();
          taken.set(`${x},${y}`, title);
        }
      }
    }
  });
});
