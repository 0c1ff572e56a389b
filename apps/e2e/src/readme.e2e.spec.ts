import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { system } from './support/system.js';

const run = promisify(execFile);
const README = new URL('../../../README.md', import.meta.url);

/** The commands of a section of the README, as one shell script. */
async function commandsUnder(heading: string): Promise<string> {
  const readme = await readFile(README, 'utf8');
  const [, section = ''] = readme.split(`\n## ${heading}\n`);
  const [text = ''] = section.split('\n## ');
  return [...text.matchAll(/```sh\n(.*?)```/gs)].map(([, commands = '']) => commands).join('\n');
}

describe('the README', () => {
  let directory: string;

  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'm2m-readme-'));
  });

  afterAll(() => rm(directory, { recursive: true }));

  /** As printed, but for the addresses and folders of the system under test. */
  const adapted = (script: string) =>
    script
      .replaceAll('http://localhost:3000', system.authServer)
      .replaceAll('http://localhost:3001', system.ordersApi)
      .replaceAll('http://localhost:3002', system.billingWorker)
      .replaceAll('./.data/clients', system.credentialsDir)
      .replaceAll('.data/', `${directory}/`)
      .replaceAll('./' + directory, directory);

  it('shows the flow by commands that work as printed', async () => {
    const script = adapted(await commandsUnder('The flow by hand'));

    const { stdout } = await run('bash', ['-euo', 'pipefail', '-c', script]);

    expect(stdout).toContain(`"authorization_servers":["${system.authServer}"]`);
    expect(stdout).toContain(`"token_endpoint":"${system.authServer}/oauth2/token"`);
    expect(stdout).toContain("scope: 'orders:read orders:write'");
    expect(stdout).toContain('"typ":"at+jwt"');
    expect(stdout).toContain('"sub":"order-entry"');
    expect(stdout).toContain("total: '25.00'");
    expect(stdout).toContain('"customerId":"customer-1"');
    expect(stdout).toMatch(/"invoices":\d+/);
    expect(stdout).toMatch(/HTTP\/1.1 401 .*\r\nwww-authenticate: Bearer resource_metadata=/i);
    expect(stdout).toMatch(
      /HTTP\/1.1 403 .*\r\nwww-authenticate: Bearer error="insufficient_scope"/i,
    );
    expect(stdout).toContain('"error":"invalid_scope"');
  });
});
