import { describe, expect, it } from 'vitest';
import { workloadsOf } from './manifest.ts';
import { OVERLAYS } from './overlays.ts';

describe('the PostgreSQL of a laptop cluster', () => {
  it('trusts nobody, not even inside its container', () => {
    const manifests = OVERLAYS.filter(([name]) => name === 'laptop').flatMap(([, all]) => all);
    const database = workloadsOf(manifests).find(({ name }) => name === 'database');

    expect(database?.pod.containers[0]?.env).toContainEqual({
      name: 'POSTGRES_INITDB_ARGS',
      value: '--auth-local=peer --auth-host=scram-sha-256',
    });
    // Peer authentication goes by the user's name: this is postgres in the image, who makes the roles.
    expect(database?.pod.securityContext?.runAsUser).toBe(999);
  });
});
