import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { AdminServer } from '../fixtures/admin-server.ts';
import { TestSurroundings, runCommand } from '../fixtures/command-run.ts';
import { keysProgram } from './keys.program.ts';

const key = {
  kid: 'k2',
  alg: 'ES256',
  state: 'announced',
  created_at: '2026-01-02T03:04:05.678Z',
  activates_at: '2026-01-02T03:14:05.678Z',
  retires_at: null,
  withdrawn_at: null,
};

describe('npm run keys', () => {
  let server: AdminServer;

  beforeEach(async () => {
    server = await AdminServer.start();
  });

  afterEach(() => server.stop());

  const keys = (args: readonly string[], surroundings?: TestSurroundings) =>
    runCommand(keysProgram, args, { issuer: server.url, ...(surroundings && { surroundings }) });

  it('list shows each key and when it signs', async () => {
    const page = { body: { items: [key], nextCursor: null } };
    server.answers.push(page, page);
    const { stdout } = await keys(['list']);
    expect(stdout).toMatch(/^KID +ALG +STATE/);
    expect(stdout).toMatch(/^k2 +ES256 +announced +2026-01-02 03:14:05Z +- +-$/m);
    const json = await keys(['list', '--json']);
    expect(JSON.parse(json.stdout)).toEqual(page.body);
    expect(server.tokenRequests[0]?.form.get('scope')).toBe('clients:read');
  });

  it('rotate tells when the next key takes over', async () => {
    server.answers.push({ status: 201, body: key }, { status: 201, body: key });
    const { stdout } = await keys(['rotate']);
    expect(stdout).toContain('It takes over by itself at 2026-01-02 03:14:05Z.');
    const json = await keys(['rotate', '--json']);
    expect(JSON.parse(json.stdout)).toEqual(key);
    expect(server.calls[0]?.request).toBe('POST /admin/keys/rotate');
    expect(server.tokenRequests[0]?.form.get('scope')).toBe('clients:write');
  });

  it('rotate says that it is under way already', async () => {
    const detail = 'The next key is announced already.';
    server.answers.push({ status: 409, body: { status: 409, code: 'x', detail } });
    await expect(keys(['rotate'])).resolves.toMatchObject({ code: 4, stderr: `✗ ${detail}\n` });
  });

  it('retire asks a terminal first, and no script', async () => {
    const no = new TestSurroundings({}, '\n').onTerminal();
    await expect(keys(['retire', 'k1'], no)).resolves.toMatchObject({ code: 1 });
    expect(server.calls).toEqual([]);

    const retired = { ...key, state: 'retired' };
    server.answers.push({ body: retired });
    const { code, stdout } = await keys(['retire', 'k1', '--json']);
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toEqual(retired);
    expect(server.calls[0]?.request).toBe('POST /admin/keys/k1/retire');
  });

  it.each([
    '-BzR3xNJ4Dq4q9oVf0zdXk2mYtPp7lW8sG1hCeTnUaQ',
    '-hzR3xNJ4Dq4q9oVf0zdXk2mYtPp7lW8sG1hCeTnUaQ',
  ])('retire takes %s for a key, and for no option', async (kid) => {
    for (const args of [
      ['retire', kid, '--yes'],
      ['retire', '--', kid],
    ]) {
      server.answers.push({ body: { ...key, kid, state: 'retired' } });
      await expect(keys(args)).resolves.toMatchObject({ code: 0, stderr: '' });
      expect(server.calls.at(-1)?.request).toBe(`POST /admin/keys/${kid}/retire`);
    }
  });
});
