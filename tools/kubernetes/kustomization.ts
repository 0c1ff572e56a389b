import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';

/** A kustomization file, as far as `render` understands it. */
export interface Kustomization {
  readonly namespace?: string;
  readonly resources?: readonly string[];
  readonly components?: readonly string[];
  readonly configMapGenerator?: readonly ConfigMapSource[];
  readonly patches?: readonly Patch[];
  readonly labels?: readonly AddedLabels[];
  readonly images?: readonly ImageChange[];
}

export interface ConfigMapSource {
  readonly name: string;
  readonly literals?: readonly string[];
  readonly files?: readonly string[];
}

export interface Patch {
  readonly path: string;
  /** With it the file holds JSON Patch operations (RFC 6902), otherwise a strategic merge patch. */
  readonly target?: { readonly kind: string };
}

export interface AddedLabels {
  readonly pairs: Readonly<Record<string, string>>;
  readonly includeTemplates?: boolean;
}

export interface ImageChange {
  readonly name: string;
  readonly newName?: string;
  readonly newTag?: string;
}

const UNDERSTOOD = {
  file: [
    'apiVersion',
    'kind',
    'namespace',
    'resources',
    'components',
    'configMapGenerator',
    'patches',
    'labels',
    'images',
  ],
  configMapGenerator: ['name', 'literals', 'files'],
  patches: ['path', 'target'],
  labels: ['pairs', 'includeTemplates'],
  images: ['name', 'newName', 'newTag'],
};

/** @throws Error if it holds a field that would be overlooked. */
export function readKustomization(folder: string): Kustomization {
  const file = join(folder, 'kustomization.yaml');
  const content = parse(readFileSync(file, 'utf8')) as Record<string, unknown>;
  const { file: fields, ...lists } = UNDERSTOOD;
  refuseOthers(file, content, fields);
  for (const [list, itsFields] of Object.entries(lists)) {
    for (const item of (content[list] ?? []) as object[]) refuseOthers(file, item, itsFields);
  }
  for (const { target = {} } of (content['patches'] ?? []) as { target?: object }[]) {
    refuseOthers(file, target, ['kind']);
  }
  return content;
}

function refuseOthers(file: string, content: object, fields: readonly string[]): void {
  const unknown = Object.keys(content).filter((field) => !fields.includes(field));
  if (unknown.length > 0) throw new Error(`${file}: ${unknown.join(', ')} is not understood here`);
}
