import { join } from 'node:path';
import ts from 'typescript';
import { nameOf, type Manifest } from './manifest.ts';

const CORE = 'kubernetes-models';

/** Packages that carry the schemas of what is not part of Kubernetes itself. */
const EXTENSIONS: Readonly<Record<string, string>> = {
  'gateway.networking.k8s.io': '@kubernetes-models/gateway-api',
  'keda.sh': '@kubernetes-models/keda',
  'monitoring.coreos.com': '@kubernetes-models/prometheus-operator',
};

interface Model {
  validate(): void;
}

type ModelClass = new (manifest: Manifest) => Model;

/** What is wrong with manifests by the schemas of their APIs. */
export async function schemaFaults(manifests: readonly Manifest[]): Promise<string[]> {
  const faults = await Promise.all(manifests.map(schemaFault));
  return faults.filter((fault) => fault !== undefined);
}

async function schemaFault(manifest: Manifest): Promise<string | undefined> {
  const module = (await import(moduleOf(manifest))) as Record<string, ModelClass>;
  const ModelOfKind = module[manifest.kind];
  if (!ModelOfKind) return `${nameOf(manifest)}: ${manifest.apiVersion} has no such kind`;
  try {
    new ModelOfKind(manifest).validate();
    return undefined;
  } catch (error) {
    return `${nameOf(manifest)}: ${String(error)}`;
  }
}

/**
 * Fields that an API does not know. Its schemas let them pass, and a cluster refuses or drops them; what
 * knows them is TypeScript's check of object literals, by the types that are made from the schemas.
 */
export function unknownFields(manifests: readonly Manifest[]): string[] {
  const file = join(import.meta.dirname, 'manifests.generated.ts');
  const text = manifests.map(declarationOf).join('\n');
  const program = ts.createProgram([file], OPTIONS, hostWith(file, text));
  return ts
    .getPreEmitDiagnostics(program)
    .map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, '\n'));
}

const OPTIONS: ts.CompilerOptions = {
  module: ts.ModuleKind.NodeNext,
  moduleResolution: ts.ModuleResolutionKind.NodeNext,
  target: ts.ScriptTarget.ES2024,
  strict: true,
  skipLibCheck: true,
  noEmit: true,
  types: [],
};

function declarationOf(manifest: Manifest, index: number): string {
  const type = `import('${moduleOf(manifest)}').I${manifest.kind}`;
  return `export const manifest${index}: ${type} = ${JSON.stringify(manifest)};`;
}

/** A compiler's host on whose disk there is one more file. */
function hostWith(file: string, text: string): ts.CompilerHost {
  const host = ts.createCompilerHost(OPTIONS);
  return {
    ...host,
    fileExists: (name) => name === file || host.fileExists(name),
    readFile: (name) => (name === file ? text : host.readFile(name)),
    getSourceFile: (name, options) =>
      name === file ? ts.createSourceFile(name, text, options) : host.getSourceFile(name, options),
  };
}

function moduleOf({ apiVersion, kind }: Manifest): string {
  const group = apiVersion.split('/')[0] ?? '';
  return `${EXTENSIONS[group] ?? CORE}/${apiVersion}/${kind}`;
}
