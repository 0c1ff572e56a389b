import { relative } from 'node:path';
import type { AppRecord } from '../local-system/index.ts';

/** Where everything is, once it is up. */
export function closingText(
  urls: AppRecord<string>,
  dataDir: string,
  flowPageUrl: string | undefined,
): string[] {
  const data = relative(process.cwd(), dataDir) || '.';
  const rows = [
    ['auth-server', `${urls['auth-server']}  (documentation at /docs)`],
    ['orders-api', `${urls['orders-api']}  (documentation at /docs)`],
    ['billing-worker', `${urls['billing-worker']}/billing/summary`],
    ...(flowPageUrl === undefined
      ? []
      : [['the flow', `${flowPageUrl}  (live, in a browser)`] as const]),
    ['logs', `${data}/logs/<app>.log`],
    ['credentials', `${data}/clients/<client_id>.json`],
  ] as const;
  return ['', ...rows.map(([name, where]) => `  ${name.padEnd(16)}${where}`), '', '  Ctrl-C stops'];
}
