import { ORIGINAL } from './adoption.ts';
import type { Adoption, Origin } from './adoption.ts';
import { variablePrefix } from './names.ts';

/** What the team writes on from here. */
export function newChangelog({ version }: Origin): string {
  return `# Changelog

After [Keep a Changelog](https://keepachangelog.com/en/1.1.0/).

## Unreleased

### Added

- All of version ${version} of what this was adopted from ([docs/adopted-from.md](docs/adopted-from.md)).
`;
}

/** Which version this was, and how to take over what is mended there later. */
export function adoptedFrom(adoption: Adoption, { version, tree, today }: Origin): string {
  const { scope, name, service } = adoption;
  const names = [
    [ORIGINAL.scope, scope],
    [ORIGINAL.name, name],
    ['M2M_', variablePrefix(adoption)],
  ];
  return `# Adopted from

This began as a copy of version ${version}, on ${today.toISOString().slice(0, 10)}. Of all its commits it is the one with the tree \`${tree}\`. The names have changed, and with the longer ones the breaks of some lines:

| there | here |
| --- | --- |
${names.map(([there, here]) => `| \`${there}\` | \`${here}\` |`).join('\n')}

${
  service === undefined
    ? ''
    : `The sample was left out, the orders and what bills them; \`${service.name}\` was made in its place by the generator of resource servers.\n\n`
}\`m2m_revocation_feed_endpoint\` has kept its name: with it the guards of either side understand the auth-server of the other.

## Hearing of fixes

Watch the releases and the advisories of the repository that was copied; its CHANGELOG.md says under _Upgrading_ what to take over by hand. To see what has changed there since, by its files:

\`\`\`sh
UPSTREAM=https://example.com/the/repository/that/was/copied.git
git remote add upstream "$UPSTREAM"
git fetch upstream
ADOPTED=$(git log upstream/main --format='%T %H' | grep '^${tree}' | head -n 1 | cut -d ' ' -f 2)
git diff --stat "$ADOPTED" upstream/main
\`\`\`

To take over a lib, or a capability of an app, under the names it has here. What does not fit is left in files that end with \`.rej\`:

\`\`\`sh
git diff "$ADOPTED" upstream/main -- libs/guards | sed -e 's/${ORIGINAL.scope}\\b/${scope}/g' | git apply --reject
npx prettier --write libs/guards
\`\`\`

Then write down here which commit is the last one that was looked at.
`;
}
