import { documentedMetrics, services, type DocumentedMetric } from './metrics-table.ts';
import { promqlReferences, type LabelMatcher } from './promql.ts';

/** What Prometheus itself knows: series of its own, and the labels it gives to all that it scrapes. */
const OWN_METRICS: ReadonlySet<string> = new Set(['up', 'ALERTS']);
const OWN_LABELS: ReadonlySet<string> = new Set(['job', 'instance', 'service', 'le']);
const ALERT_LABELS: ReadonlySet<string> = new Set(['alertname', 'alertstate', 'severity']);

const documented = new Map(documentedMetrics().flatMap(seriesOf));

/**
 * The metrics, labels and label values in an expression that `docs/metrics.md` does not know.
 *
 * @throws Error if it is no PromQL.
 */
export function unknownReferences(expression: string): string[] {
  const { metrics, matchers, grouping } = promqlReferences(expression);
  const labels = new Set(
    [...metrics].flatMap((metric) => [...(documented.get(metric)?.keys() ?? [])]),
  );
  const mayGroup = (label: string) =>
    labels.has(label) ||
    OWN_LABELS.has(label) ||
    (metrics.has('ALERTS') && ALERT_LABELS.has(label));
  return [
    ...[...metrics].filter((metric) => !isKnown(metric)),
    ...matchers
      .filter((matcher) => !matches(matcher))
      .map(({ label, value }) => `${label}=${value ?? '…'}`),
    ...[...grouping].filter((label) => !mayGroup(label)),
  ];
}

function isKnown(metric: string): boolean {
  return documented.has(metric) || OWN_METRICS.has(metric) || /^(process|nodejs)_/.test(metric);
}

function matches({ metric, label, value }: LabelMatcher): boolean {
  if (metric === 'ALERTS') return ALERT_LABELS.has(label);
  if (label === 'job' || label === 'service') {
    return value === undefined || (services as readonly string[]).includes(value);
  }
  if (OWN_LABELS.has(label)) return true;
  const labels = documented.get(metric);
  if (!labels?.has(label)) return false;
  const values = labels.get(label);
  return value === undefined || values === undefined || values.has(value);
}

/** A histogram is read by three names. */
function seriesOf({
  name,
  type,
  labels,
}: DocumentedMetric): [string, DocumentedMetric['labels']][] {
  const suffixes = type === 'histogram' ? ['_bucket', '_sum', '_count'] : [''];
  return suffixes.map((suffix) => [name + suffix, labels]);
}
