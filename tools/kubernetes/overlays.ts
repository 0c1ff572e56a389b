import { join } from 'node:path';
import { WORKSPACE_ROOT } from '../workspace/root.ts';
import { render } from './render.ts';

export const KUBERNETES = join(WORKSPACE_ROOT, 'deploy/kubernetes');

export const OVERLAY_FOLDERS = {
  laptop: join(KUBERNETES, 'overlays/laptop'),
  production: join(KUBERNETES, 'overlays/production'),
  'production with an autoscaled worker': join(import.meta.dirname, 'fixtures/autoscaled-worker'),
};

/** For tests: each overlay's name and what it makes. */
export const OVERLAYS = Object.entries(OVERLAY_FOLDERS).map(
  ([name, folder]) => [name, render(folder)] as const,
);
