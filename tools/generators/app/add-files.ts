import { join } from 'node:path';
import { generateFiles, OverwriteStrategy, type Tree } from '@nx/devkit';
import type { NewApp } from './new-app.ts';
import { versionsOf } from './package-lock.ts';

/**
 * Makes the files of a new app: the app itself, its end-to-end test and its manifests.
 *
 * @param templates a folder with one of each.
 * @throws Error if one of the files exists.
 */
export function addFiles(
  tree: Tree,
  app: NewApp,
  templates: string,
  more: Readonly<Record<string, unknown>>,
): void {
  const { name } = app;
  const substitutions = { ...app, ...more, timestamp: Date.now(), versionOf: versionsOf(tree) };
  const targets = {
    app: `apps/${name}`,
    e2e: 'apps/e2e/src',
    kubernetes: `deploy/kubernetes/base/${name}`,
  };
  for (const [folder, target] of Object.entries(targets)) {
    generateFiles(tree, join(templates, folder), target, substitutions, {
      overwriteStrategy: OverwriteStrategy.ThrowIfExisting,
    });
  }
}
