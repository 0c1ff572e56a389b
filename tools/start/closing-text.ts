import { relative } from 'node:path';
import { APP_NAMES } from '../local-system/index.ts';
import type { AppName, AppRecord } from '../local-system/index.ts';
import { isResourceServer } from '../local-system/resource-servers.ts';

/** Where everything is, once it is up. */
export function closingText(
  urls: AppRecord<string>,
  dataDir: string,
  flowPageUrl: string | undefined,
): string[] {
  const data = relative(process.cwd(), dataDir) || '.';
  const rows = [
    ...APP_NAMES.map((name) => [name, `${urls[name]}${pathOf(name)}`] as const),
    ...(flowPageUrl === undefined
      ? []
      : [['the flow', `${flowPageUrl}  (live, in a browser)`] as const]),
    ['logs', `${data}/logs/<app>.log`],
    ['credentials', `${data}/clients/<client_id>.json`],
  ] as const;
  const width = 2 + Math.max(...rows.map(([name]) => name.length));
  return [
    '',
    ...rows.map(([name, where]) => `  ${name.padEnd(width)}${where}`),
    '',
    '  Ctrl-C stops',
  ];
}

/** What of an app there is to look at. */
function pathOf(app: AppName): string {
  if (app === 'billing-worker') return '/billing/summary';
  return isResourceServer(app) ? '  (documentation at /docs)' : '/health/ready';
}
