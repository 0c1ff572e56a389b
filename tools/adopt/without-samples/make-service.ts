import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { runQuietly } from '../../workspace/quiet-command.ts';
import { APPS } from '../../local-system/apps.ts';
import { ORIGINAL } from '../adoption.ts';
import type { Adoption } from '../adoption.ts';
import { fillInAddress } from '../production-addresses.ts';
import type { Service } from './service.ts';

const PRODUCTION = 'deploy/kubernetes/overlays/production';

/**
 * Makes the service by the generator of the copy, as its team will make further ones. The generator runs as a
 * program of its own: this one has loaded the lists as they were before.
 */
export async function makeService(
  root: string,
  service: Service,
  { scope, ports, ordersApiUrl }: Adoption,
  signal: AbortSignal,
): Promise<void> {
  const port = ports['orders-api'] ?? APPS['orders-api'].defaultPort;
  const generator = `${scope}/tools:resource-server`;
  await runQuietly({
    script: [
      'node_modules/nx/dist/bin/nx.js',
      ...['generate', generator, service.name, '--port', String(port), '--no-interactive'],
    ],
    environment: { NX_DAEMON: 'false', NX_TUI: 'false' },
    signal,
  });
  if (ordersApiUrl !== undefined) fillInAddresses(join(root, PRODUCTION), service, ordersApiUrl);
}

/** In the place of the example that the generator has put there. */
function fillInAddresses(folder: string, service: Service, url: string): void {
  const example = ORIGINAL.ordersApiUrl.replace('orders', service.resources);
  for (const file of readdirSync(folder)) {
    const path = join(folder, file);
    const text = readFileSync(path, 'utf8');
    const filledIn = fillInAddress(text, example, url);
    if (filledIn !== text) writeFileSync(path, filledIn);
  }
}
