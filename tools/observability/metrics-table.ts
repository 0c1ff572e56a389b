import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { WORKSPACE_ROOT } from '../workspace/root.ts';

export const services = ['auth-server', 'orders-api', 'billing-worker'] as const;

export type Service = (typeof services)[number];

/** A metric as `docs/metrics.md` promises it. */
export interface DocumentedMetric {
  readonly name: string;
  readonly type: string;
  readonly services: readonly Service[];
  /** The values of each label; undefined where they are described instead of listed. */
  readonly labels: ReadonlyMap<string, ReadonlySet<string> | undefined>;
}

/** Reads the table of `docs/metrics.md`. */
export function documentedMetrics(): DocumentedMetric[] {
  const text = readFileSync(join(WORKSPACE_ROOT, 'docs/metrics.md'), 'utf8');
  return text
    .split('\n')
    .filter((line) => line.startsWith('| `'))
    .map(metricFrom);
}

function metricFrom(row: string): DocumentedMetric {
  const [name = '', type = '', service = '', labels = ''] = row
    .slice(1)
    .split('|')
    .map((cell) => cell.trim());
  return {
    name: name.replaceAll('`', ''),
    type,
    services: services.filter((each) => service === 'all' || service.includes(each)),
    labels: new Map(labels === '' ? [] : labels.split(';').map(labelFrom)),
  };
}

function labelFrom(text: string): [string, ReadonlySet<string> | undefined] {
  const [label = '', ...values] = Array.from(text.matchAll(/`([^`]+)`/g), ([, code = '']) => code);
  const isList = /^[\s:,]*$/.test(text.replace(/`[^`]+`/g, ''));
  return [label, isList ? new Set(values) : undefined];
}
