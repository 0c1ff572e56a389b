import { describe, expect, it } from 'vitest';
import { members, send } from './support/http.js';
import { aString, listWith, objectWith } from './support/matchers.js';
import { system } from './support/system.js';

const METADATA = `${system.ordersApi}/.well-known/oauth-protected-resource`;

describe('metadata of the resource server', () => {
  it('R24 publishes its metadata', async () => {
    const answer = await send(METADATA);

    expect(answer.status).toBe(200);
    expect(answer.headers.get('content-type')).toMatch(/^application\/json\b/);
    expect(members(answer)).toMatchObject({
      resource: system.ordersApi,
      authorization_servers: [system.authServer],
      scopes_supported: listWith(['orders:read', 'orders:write', 'orders:bill']),
      bearer_methods_supported: ['header'],
    });
  });

  it('describes itself by OpenAPI, with the clientCredentials flow', async () => {
    const { components } = members(await send(`${system.ordersApi}/openapi.json`));
    const { securitySchemes } = components as { securitySchemes: Record<string, object> };

    expect(Object.values(securitySchemes)).toContainEqual(
      expect.objectContaining({
        type: 'oauth2',
        flows: {
          clientCredentials: {
            tokenUrl: `${system.authServer}/oauth2/token`,
            scopes: objectWith({
              'orders:read': aString,
              'orders:write': aString,
              'orders:bill': aString,
            }),
          },
        },
      }),
    );
    const docs = await send(`${system.ordersApi}/docs`);
    expect(docs.status).toBe(200);
    expect(docs.headers.get('content-type')).toMatch(/^text\/html/);
  });
});
