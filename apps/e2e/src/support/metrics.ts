import { send } from './http.js';

/** A series of Prometheus' text format. */
export interface Series {
  /** The metric it belongs to, without the suffixes of histograms. */
  readonly metric: string;
  /** Its name and labels, which tell it from all others. */
  readonly id: string;
  readonly labels: ReadonlyMap<string, string>;
  readonly value: number;
}

export interface Scrape {
  /** The type of each metric by its name. */
  readonly types: ReadonlyMap<string, string>;
  readonly series: readonly Series[];
}

/** Reads a service's metrics, but for those of its process. */
export async function scrape(serviceUrl: string): Promise<Scrape> {
  const { text } = await send(`${serviceUrl}/metrics`);
  const types = new Map<string, string>();
  const series: Series[] = [];
  for (const line of text.split('\n')) {
    const [, name = '', type = ''] = /^# TYPE (\S+) (\S+)$/.exec(line) ?? [];
    if (name && !isOfTheProcess(name)) types.set(name, type);
    if (line === '' || line.startsWith('#') || isOfTheProcess(line)) continue;
    series.push(seriesFrom(line, types));
  }
  return { types, series };
}

/** The sum of a metric's series that have the given labels. */
export async function sumOf(
  serviceUrl: string,
  metric: string,
  labels: Readonly<Record<string, string>> = {},
): Promise<number> {
  const { series } = await scrape(serviceUrl);
  const wanted = Object.entries(labels);
  const found = series.filter(
    (each) =>
      each.metric === metric && wanted.every(([label, value]) => each.labels.get(label) === value),
  );
  if (found.length === 0) throw new Error(`there is no series of ${metric} like that`);
  return found.reduce((sum, { value }) => sum + value, 0);
}

function isOfTheProcess(name: string): boolean {
  return name.startsWith('process_') || name.startsWith('nodejs_');
}

function seriesFrom(line: string, types: ReadonlyMap<string, string>): Series {
  const end = line.lastIndexOf(' ');
  const id = line.slice(0, end);
  const name = id.replace(/\{.*/, '');
  const withoutSuffix = name.replace(/_(bucket|sum|count)$/, '');
  const metric = types.get(withoutSuffix) === 'histogram' ? withoutSuffix : name;
  const labels = Array.from(
    id.matchAll(/(\w+)="((?:[^"\\]|\\.)*)"/g),
    ([, label = '', value = '']): [string, string] => [label, value],
  );
  return { metric, id, labels: new Map(labels), value: Number(line.slice(end + 1)) };
}
