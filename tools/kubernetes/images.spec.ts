import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { APP_NAMES } from '../local-system/apps.ts';
import { containersOf, workloadsOf, type Container, type Manifest } from './manifest.ts';
import { KUBERNETES, OVERLAYS } from './overlays.ts';
import { render } from './render.ts';

/** Of each app and of its migration, and of the provisioning. */
const COUNT = 2 * APP_NAMES.length + 1;

// An image of ours that comes from somebody else is started with our Secrets.
describe('our images', () => {
  it('come from nowhere, unless an overlay says from where', () => {
    const images = oursOf(render(join(KUBERNETES, 'base'))).map(({ image }) => image);

    expect(images).toHaveLength(COUNT);
    for (const image of images) expect(image).toMatch(/^registry\.invalid\//);
  });

  it.each(OVERLAYS)('of %s are loaded into the cluster, or have a registry', (_name, manifests) => {
    const ours = oursOf(manifests);

    expect(ours).toHaveLength(COUNT);
    for (const { image, imagePullPolicy } of ours) {
      expect(image).not.toContain('registry.invalid');
      if (imagePullPolicy !== 'Never') expect(image).toMatch(/^[\w-]+(\.[\w-]+)+\/m2m\//);
    }
  });
});

function oursOf(manifests: readonly Manifest[]): Container[] {
  const workloads = workloadsOf(manifests).filter(({ kind }) => kind !== 'StatefulSet');
  return workloads.flatMap(({ pod }) => containersOf(pod));
}
