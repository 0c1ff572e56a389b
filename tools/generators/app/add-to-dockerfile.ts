import type { Tree } from '@nx/devkit';
import type { NewApp } from './new-app.ts';
import { addAfterLast, addBefore, edit, replaceFirst } from './text-edits.ts';

/**
 * Adds an app's image, and its migration to the image of the one-shots.
 *
 * @param folders those below `/run/secrets` that its secrets are put into.
 */
export function addToDockerfile(tree: Tree, app: NewApp, folders: readonly string[]): void {
  const { name, port } = app;
  const owned = folders.map((folder) => `    /run/secrets/${folder} \\\n`).join('');
  const changes: ((text: string) => string)[] = [
    // Each project is on a line of its own, of which all but the last go on.
    (text) =>
      replaceFirst(
        text,
        /tsc --build (?:.* \\\n)+.*/,
        (build) => `${build} \\\n  apps/${name}/tsconfig.build.json`,
      ),
    (text) => addBefore(text, '# --- the images ---', filesOf(app)),
    (text) => addBefore(text, '# The one-shots of the composed system', imageOf(app)),
    (text) => addCopy(text, name, 'packages'),
    (text) => addCopy(text, name, 'code'),
    (text) =>
      replaceFirst(
        text,
        /install --directory --owner=node --group=node --mode=0700 \\\n/,
        (install) => install + owned,
      ),
    (text) =>
      replaceFirst(text, /"ingress\/health-check\.ts"[^\]]*/, (list) => `${list}, "${port}"`),
  ];
  edit(tree, 'deploy/Dockerfile', (text) =>
    changes.reduce((changed, change) => change(changed), text),
  );
}

/** To the last image that copies of the apps what it copies, which is that of the one-shots. */
function addCopy(text: string, name: string, what: string): string {
  const copies = new RegExp(String.raw`^COPY --from=[\w-]+-files /${what}`);
  return addAfterLast(text, copies, `COPY --from=${name}-files /${what} ./`);
}

function filesOf({ name }: NewApp): string {
  return `FROM production AS ${name}-files
RUN --mount=type=cache,target=/var/cache/npm npm ci --omit=dev --omit=optional --omit=peer --ignore-scripts --workspace apps/${name}
RUN node /tools/assemble-packages.mjs /app /packages ${name}
RUN --mount=from=build,source=/app/apps,target=/built/apps --mount=from=build,source=/app/libs,target=/built/libs \\
  node /tools/assemble-code.mjs /built /packages /code
`;
}

function imageOf({ name, constant, port }: NewApp): string {
  return `FROM runtime AS ${name}
COPY --from=${name}-files /packages ./
COPY --from=${name}-files /code ./
WORKDIR /app/apps/${name}
EXPOSE ${port}
HEALTHCHECK --interval=10s --timeout=5s --start-period=60s --start-interval=1s CMD ["node", "/app/health-check.mjs", "${constant}_PORT", "${port}"]
CMD ["dist/main.js"]
`;
}
