import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { nameOf, type Manifest } from './manifest.ts';
import { OVERLAY_FOLDERS } from './overlays.ts';
import { render } from './render.ts';

describe('render', () => {
  let folder: string;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'kustomization-'));
  });

  afterEach(() => rmSync(folder, { recursive: true }));

  it.each([
    'helmCharts: []',
    'images: [{ name: one, digest: two }]',
    'patches: [{ patch: text }]',
    'patches: [{ path: one.yaml, target: { name: one } }]',
  ])('refuses what it would overlook: %s', (content) => {
    writeFileSync(join(folder, 'kustomization.yaml'), content);
    expect(() => render(folder)).toThrow('is not understood here');
  });

  it.each([
    '[{ op: remove, path: /spec/replicas }]',
    '[{ op: add, path: /spec/list/-, value: 1 }]',
    '[{ op: add, path: /spec/nowhere/field, value: 1 }]',
  ])('refuses the patch %s', (operations) => {
    const pod = 'apiVersion: v1\nkind: Pod\nmetadata: { name: one }\nspec: { list: [] }\n';
    writeFileSync(join(folder, 'pod.yaml'), pod);
    writeFileSync(join(folder, 'patch.yaml'), operations);
    writeFileSync(
      join(folder, 'kustomization.yaml'),
      'resources: [pod.yaml]\npatches: [{ path: patch.yaml, target: { kind: Pod } }]',
    );
    expect(() => render(folder)).toThrow('is not understood here');
  });

  it('refuses to merge lists', () => {
    const pod = 'apiVersion: v1\nkind: Pod\nmetadata: { name: one }\nspec: { containers: [] }\n';
    writeFileSync(join(folder, 'pod.yaml'), pod);
    writeFileSync(
      join(folder, 'kustomization.yaml'),
      'resources: [pod.yaml]\npatches: [{ path: pod.yaml }]',
    );
    expect(() => render(folder)).toThrow('a list in a patch is not understood here');
  });
});

const hasKubectl = spawnSync('kubectl', ['version', '--client']).status === 0;

describe('kubectl kustomize', () => {
  const everyFolder = Object.entries(OVERLAY_FOLDERS);

  it.runIf(hasKubectl).each(everyFolder)('makes the same of %s', (_name, folder) => {
    const output = execFileSync('kubectl', ['kustomize', folder], { encoding: 'utf8' });
    const manifests = parseAllDocuments(output).map((document) => document.toJS() as Manifest);
    expect(byName(render(folder))).toEqual(byName(manifests));
  });
});

function byName(manifests: readonly Manifest[]): Record<string, Manifest> {
  return Object.fromEntries(manifests.map((manifest) => [nameOf(manifest), manifest]));
}
