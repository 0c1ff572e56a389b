import { createHash } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { parse, parseAllDocuments } from 'yaml';
import {
  readKustomization,
  type AddedLabels,
  type ConfigMapSource,
  type ImageChange,
  type Patch,
} from './kustomization.ts';
import { nameOf, type Manifest } from './manifest.ts';

interface Fields {
  [field: string]: unknown;
}

/**
 * Makes of a folder what `kubectl kustomize` makes of it, for tests on machines without kubectl. It knows
 * the part of kustomize that `deploy/kubernetes` uses and refuses everything else; where there is a
 * kubectl, a test compares the two.
 */
export function render(folder: string): Manifest[] {
  return build(folder, []);
}

/** @param inherited what a component, unlike a base, also works on. */
function build(folder: string, inherited: readonly Manifest[]): Manifest[] {
  const kustomization = readKustomization(folder);
  const paths = (kustomization.resources ?? []).map((resource) => join(folder, resource));
  let manifests = [...inherited, ...paths.flatMap(load)];
  for (const component of kustomization.components ?? []) {
    manifests = build(join(folder, component), manifests);
  }
  for (const source of kustomization.configMapGenerator ?? []) {
    manifests = addConfigMap(manifests, source, folder);
  }
  for (const patch of kustomization.patches ?? []) {
    manifests = applyPatch(manifests, patch, folder);
  }
  const { namespace, labels = [], images = [] } = kustomization;
  return manifests
    .map((manifest) => (namespace ? inNamespace(manifest, namespace) : manifest))
    .map((manifest) => labels.reduce(withLabels, manifest))
    .map((manifest) => withImages(manifest, images));
}

function load(path: string): Manifest[] {
  return statSync(path).isDirectory() ? build(path, []) : readManifests(path);
}

// kubectl reads YAML 1.1, in which a bare `off` is no string.
function readManifests(file: string): Manifest[] {
  const documents = parseAllDocuments(readFileSync(file, 'utf8'), { version: '1.1' });
  return documents.map((document) => document.toJS() as Manifest);
}

function addConfigMap(
  manifests: readonly Manifest[],
  { name, literals = [], files = [] }: ConfigMapSource,
  folder: string,
): Manifest[] {
  const data = Object.fromEntries([
    ...literals.map((literal) => splitAtFirst(literal, '=')),
    ...files.map((file) => [file, readFileSync(join(folder, file), 'utf8')]),
  ]) as Readonly<Record<string, string>>;
  const unique = `${name}-${contentHash(data)}`;
  const configMap = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: unique }, data };
  return [...manifests.map((manifest) => renameReferences(manifest, name, unique)), configMap];
}

function splitAtFirst(text: string, separator: string): [string, string] {
  const at = text.indexOf(separator);
  return [text.slice(0, at), text.slice(at + separator.length)];
}

/** As kustomize computes it: a change of the content is a change of the name, which rolls the pods. */
function contentHash(data: Readonly<Record<string, string>>): string {
  const sorted = Object.fromEntries(Object.entries(data).sort(([a], [b]) => (a < b ? -1 : 1)));
  const json = JSON.stringify({ data: sorted, kind: 'ConfigMap', name: '' }).replace(
    /[<>&]/g,
    (character) => `\\u00${character.charCodeAt(0).toString(16)}`,
  );
  const letters: Record<string, string> = { 0: 'g', 1: 'h', 3: 'k', a: 'm', e: 't' };
  const hash = createHash('sha256').update(json).digest('hex').slice(0, 10);
  return hash.replace(/[013ae]/g, (digit) => letters[digit] ?? digit);
}

function renameReferences<T>(value: T, name: string, unique: string): T {
  if (Array.isArray(value)) {
    return value.map((item: unknown) => renameReferences(item, name, unique)) as T;
  }
  if (!isFields(value)) return value;
  const renamed = Object.entries(value).map(([field, content]) => {
    const refers = isFields(content) && /^configMap(KeyRef|Ref)?$/.test(field);
    if (refers && content['name'] === name) return [field, { ...content, name: unique }];
    return [field, renameReferences(content, name, unique)];
  });
  return Object.fromEntries(renamed) as T;
}

function applyPatch(
  manifests: readonly Manifest[],
  { path, target }: Patch,
  folder: string,
): Manifest[] {
  const file = join(folder, path);
  if (!target) return readManifests(file).reduce(applyMergePatch, [...manifests]);
  const operations = parse(readFileSync(file, 'utf8'), { version: '1.1' }) as Operation[];
  return manifests.map((manifest) =>
    manifest.kind === target.kind ? operations.reduce(applyOperation, manifest) : manifest,
  );
}

interface Operation {
  readonly op: string;
  readonly path: string;
  readonly value: unknown;
}

/** The operation `add` of RFC 6902, for fields of objects. */
function applyOperation(manifest: Manifest, { op, path, value }: Operation): Manifest {
  if (op !== 'add') throw new Error(`the operation ${op} is not understood here`);
  const changed = structuredClone(manifest);
  const steps = path.split('/').slice(1);
  const field = steps.pop() ?? '';
  const parent = steps.reduce<unknown>((place, step) => (place as Fields)[step], changed);
  if (!isFields(parent)) throw new Error(`${path} of ${nameOf(manifest)} is not understood here`);
  parent[field] = value;
  return changed;
}

function applyMergePatch(manifests: readonly Manifest[], patch: Manifest): Manifest[] {
  const target = manifests.find((manifest) => nameOf(manifest) === nameOf(patch));
  if (!target) throw new Error(`there is no ${nameOf(patch)} to patch`);
  return manifests.map((manifest) => (manifest === target ? merge(target, patch) : manifest));
}

const REMOVED = Symbol('removed');

/** A strategic merge without its hard part: how lists are merged depends on the schema of each. */
function merge<T>(target: T, patch: unknown): T {
  if (Array.isArray(patch)) throw new Error('a list in a patch is not understood here');
  if (!isFields(patch) || !isFields(target)) return patch as T;
  const merged: Fields = { ...target };
  for (const [field, content] of Object.entries(patch)) {
    merged[field] = content === null ? REMOVED : merge(target[field], content);
  }
  const fields = Object.entries(merged);
  return Object.fromEntries(fields.filter(([, content]) => content !== REMOVED)) as T;
}

function inNamespace(manifest: Manifest, namespace: string): Manifest {
  if (manifest.kind === 'Namespace') return manifest;
  return { ...manifest, metadata: { ...manifest.metadata, namespace } };
}

function withLabels(manifest: Manifest, { pairs, includeTemplates }: AddedLabels): Manifest {
  const patch = { metadata: { labels: pairs } };
  const labelled = merge(manifest, patch);
  const spec = labelled['spec'];
  if (!includeTemplates || !isFields(spec) || !isFields(spec['template'])) return labelled;
  const template = merge(spec['template'], patch);
  const claims = spec['volumeClaimTemplates'] as Fields[] | undefined;
  const volumeClaimTemplates = claims?.map((claim) => merge(claim, patch));
  return {
    ...labelled,
    spec: { ...spec, template, ...(volumeClaimTemplates && { volumeClaimTemplates }) },
  };
}

function withImages<T>(value: T, images: readonly ImageChange[]): T {
  if (Array.isArray(value)) {
    return value.map((item: unknown) => withImages(item, images)) as T;
  }
  if (!isFields(value)) return value;
  const changed = Object.entries(value).map(([field, content]) => {
    const change = images.find(({ name }) => field === 'image' && content === name);
    return [field, change ? imageOf(change) : withImages(content, images)];
  });
  return Object.fromEntries(changed) as T;
}

function imageOf({ name, newName = name, newTag }: ImageChange): string {
  return newTag === undefined ? newName : `${newName}:${newTag}`;
}

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
