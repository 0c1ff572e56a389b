import { describe, expect, it } from 'vitest';
import { schemaFaults, unknownFields } from './api-schema.ts';
import type { Manifest } from './manifest.ts';
import { OVERLAYS } from './overlays.ts';

const deployment = (container: object, spec: object = {}): Manifest => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'one' },
  spec: {
    selector: { matchLabels: { app: 'one' } },
    template: { spec: { containers: [{ name: 'one', ...container }] } },
    ...spec,
  },
});

describe('the schemas of the Kubernetes API', () => {
  it.each(OVERLAYS)('accept %s', async (_name, manifests) => {
    expect(await schemaFaults(manifests)).toEqual([]);
  });

  it.each([
    ['a value of another type', deployment({}, { replicas: '3' }), 'replicas'],
    ['a missing field', deployment({}, { selector: undefined }), 'selector'],
    ['a fault deep inside', deployment({ readinessProbe: { httpGet: {} } }), 'port'],
    ['an unknown kind', { ...deployment({}), kind: 'Secrets', apiVersion: 'v1' }, 'Secrets'],
  ])('refuse %s', async (_what, manifest, place) => {
    await expect(
      schemaFaults([manifest]).catch((error: unknown) => [String(error)]),
    ).resolves.toEqual([expect.stringContaining(place)]);
  });
});

// The compiler reads the types of all these kinds, which takes its time on a small machine.
describe('the fields of the Kubernetes API', { timeout: 60_000 }, () => {
  it('are all that the overlays use', () => {
    expect(unknownFields(OVERLAYS.flatMap(([, manifests]) => manifests))).toEqual([]);
  });

  it('do not include a misspelt one', () => {
    expect(unknownFields([deployment({ livenesProbe: {} })])).toEqual([
      expect.stringContaining('"livenesProbe"\' does not exist'),
    ]);
  });
});
