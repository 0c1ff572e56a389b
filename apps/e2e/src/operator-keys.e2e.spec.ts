import { describe, expect, it } from 'vitest';
import { members, send } from './support/http.js';
import { document, npmRun, operate, problem } from './support/operator.js';
import { system } from './support/system.js';

interface Key {
  readonly kid: string;
  readonly state: string;
}

const listed = async () => (await document('keys', ['list']))['items'] as readonly Key[];
const stateOf = async (kid: string) => (await listed()).find((key) => key.kid === kid)?.state;
const published = async () => {
  const { keys } = members(await send(`${system.authServer}/oauth2/jwks`));
  return (keys as readonly Key[]).map(({ kid }) => kid);
};

describe('npm run keys', () => {
  it('K04: announces the next key before it signs, and takes it back', async () => {
    const next = (await document('keys', ['rotate'])) as unknown as Key;
    expect(next.state).toBe('announced');
    await expect(published()).resolves.toContain(next.kid);
    await problem(4, 'keys', ['rotate']);

    await expect(document('keys', ['retire', next.kid])).resolves.toMatchObject({
      kid: next.kid,
      state: 'retired',
    });
    await expect(stateOf(next.kid)).resolves.toBe('retired');
    await expect(published()).resolves.not.toContain(next.kid);
  });

  it('lists the key that signs', async () => {
    const active = (await listed()).find(({ state }) => state === 'active');
    const { stdout } = await operate('keys', ['list']);
    expect(stdout).toMatch(new RegExp(`^${active?.kid} +ES256 +active `, 'm'));
  });

  it('knows no key of another name', async () => {
    await problem(3, 'keys', ['retire', 'no-such-key']);
  });

  it('prints one JSON document and nothing else when npm runs it', async () => {
    const { code, stdout, stderr } = await npmRun('keys', ['list', '--json']);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(JSON.parse(stdout)).toMatchObject({ nextCursor: null });
  });

  it.each(['list', 'rotate', 'retire'])('%s --help tells how to use it', async (verb) => {
    const { code, stdout } = await operate('keys', [verb, '--help']);
    expect(code).toBe(0);
    expect(stdout).toContain(`Usage: npm run keys -- ${verb}`);
  });
});
