import { randomUUID } from 'node:crypto';
import { afterEach, describe, expect, it } from 'vitest';
import { members } from './support/http.js';
import { basic, GRANT, postToken, type Credentials } from './support/oauth.js';
import { document, npmRun, operate, problem } from './support/operator.js';

describe('npm run resources', () => {
  const id = randomUUID();
  const name = `e2e-${id}`;
  const identifier = `https://${id}.example`;
  const scope = `${id}:read`;
  const clientId = `e2e-made-${id}`;

  afterEach(async () => {
    await operate('clients', ['delete', clientId]);
    await operate('resources', ['delete', name]);
  });

  const create = () =>
    document('resources', [
      ...['create', name, '--identifier', identifier],
      ...['--scope', `${scope}=Read it`],
    ]);

  it('registers an API that clients can get tokens for', async () => {
    await create();
    const client = (await document('clients', [
      ...['create', clientId, '--scope', scope],
    ])) as unknown as Credentials;
    const answer = await postToken(
      { ...GRANT, scope, resource: identifier },
      { authorization: basic(client) },
    );
    expect(answer.status).toBe(200);
    expect(members(answer)['scope']).toBe(scope);

    await expect(problem(4, 'resources', ['delete', name])).resolves.toMatchObject({
      code: 'scope_in_use',
    });
    await document('clients', ['delete', clientId]);
    await expect(document('resources', ['delete', name])).resolves.toEqual({
      name,
      deleted: true,
    });
    await problem(3, 'resources', ['show', name]);
  });

  it('changes what is given and nothing else', async () => {
    await create();
    const further = [`--scope`, `${id}:write=Change it`, '--introspection-client', 'order-entry'];
    await expect(document('resources', ['update', name, ...further])).resolves.toMatchObject({
      name,
      identifier,
      scopes: [
        { name: scope, description: 'Read it' },
        { name: `${id}:write`, description: 'Change it' },
      ],
      introspection_clients: ['order-entry'],
    });
    const { stdout } = await operate('resources', ['show', name]);
    expect(stdout).toMatch(new RegExp(`^${id}:write +Change it$`, 'm'));
  });

  it('prints one JSON document and nothing else when npm runs it', async () => {
    const { code, stdout, stderr } = await npmRun('resources', ['list', '--json']);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const { items } = JSON.parse(stdout) as {
      readonly items: readonly { readonly name: string }[];
    };
    expect(items.map((resource) => resource.name)).toContain('orders-api');
  });

  it('says by its exit code why something was not done', async () => {
    await create();
    await problem(1, 'resources', ['update', name, '--introspection-client', `${clientId}-not`]);
    await problem(2, 'resources', ['update', name]);
    await problem(3, 'resources', ['update', name, '--remove-scope', 'typo']);
    await problem(4, 'resources', ['create', name, '--identifier', `${identifier}/2`]);
    await problem(4, 'resources', ['delete', 'auth-server']);
  });
});

describe('npm run resources -- <verb> --help', () => {
  it.each(['create', 'list', 'show', 'update', 'delete'])('tells how to %s', async (verb) => {
    const { code, stdout } = await operate('resources', [verb, '--help']);
    expect(code).toBe(0);
    expect(stdout).toContain(`Usage: npm run resources -- ${verb}`);
  });
});
