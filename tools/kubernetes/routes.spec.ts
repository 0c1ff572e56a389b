import { describe, expect, it } from 'vitest';
import { RESOURCE_SERVER_NAMES } from '../local-system/resource-servers.ts';
import { OVERLAYS } from './overlays.ts';

describe.each(OVERLAYS)('the routes of %s', (_name, manifests) => {
  const routes = manifests.filter(({ kind }) => kind === 'HTTPRoute');

  it('O06 lead in by TLS alone: nothing listens to plain HTTP, not even to redirect it', () => {
    for (const { metadata, spec } of routes) {
      const { parentRefs } = spec as { parentRefs: readonly { sectionName?: string }[] };
      expect(parentRefs.length, metadata.name).toBeGreaterThan(0);
      expect(new Set(parentRefs.map(({ sectionName }) => sectionName))).toEqual(new Set(['https']));
    }
  });
});

it('leads into production from outside', () => {
  const production = OVERLAYS.find(([name]) => name === 'production')?.[1] ?? [];
  expect(production.filter(({ kind }) => kind === 'HTTPRoute')).toHaveLength(
    RESOURCE_SERVER_NAMES.length,
  );
});
