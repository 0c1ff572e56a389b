import type { Tree } from '@nx/devkit';
import type { NewApp } from './new-app.ts';
import { addToBlock, edit } from './text-edits.ts';

/** Has an app started and migrated by `npm start`, and by whatever else goes by the same list. */
export function addToLocalSystem(tree: Tree, app: NewApp): void {
  edit(tree, 'tools/local-system/apps.ts', (text) =>
    addToBlock(
      text,
      ['export const APPS = {'],
      `  '${app.name}': {
    portVariable: '${app.constant}_PORT',
    defaultPort: ${app.port},
    database: '${app.database}',
    databaseUrlVariable: '${app.databaseUrlVariable}',
  },`,
    ),
  );
}
