import { join } from 'node:path';
import ts from 'typescript';
import { WORKSPACE_ROOT } from '../workspace/root.ts';

/** Where the names come from that a snippet uses and, to be short, does not import. */
const KNOWN_MODULES = [
  '@nestjs/common',
  '@nestjs/axios',
  '@m2m/guards',
  '@m2m/client-credentials',
  'rxjs',
];

const CANNOT_FIND_NAME = new Set([2304, 2552, 2503]);

const OPTIONS: ts.CompilerOptions = {
  target: ts.ScriptTarget.ES2023,
  module: ts.ModuleKind.NodeNext,
  moduleDetection: ts.ModuleDetectionKind.Force,
  customConditions: ['@m2m/source'],
  types: ['node'],
  strict: true,
  skipLibCheck: true,
  experimentalDecorators: true,
  emitDecoratorMetadata: true,
  noEmit: true,
};

/**
 * Compiles snippets of TypeScript as if each were a file of this workspace, with the imports that it lacks.
 *
 * @returns for each snippet what the compiler has to say against it.
 */
export function faultsOf(snippets: readonly string[]): string[][] {
  const modules = KNOWN_MODULES.map((name, index) => `export * as m${index} from '${name}';`);
  const catalogue = fileName('catalogue');
  const names = snippets.map((_snippet, index) => fileName(`snippet-${index}`));
  const texts = new Map([[catalogue, modules.join('\n')], ...zip(names, snippets)]);
  const host = hostFor(texts);
  const first = ts.createProgram([...texts.keys()], OPTIONS, host);
  const exporters = exportersIn(first, catalogue);
  for (const name of names) {
    const text = texts.get(name) ?? '';
    texts.set(name, [...missingImports(first, name, exporters), text].join(' '));
  }
  const second = ts.createProgram([...texts.keys()], OPTIONS, host);
  return names.map((name) =>
    faults(second, name).map(({ messageText }) =>
      ts.flattenDiagnosticMessageText(messageText, '\n'),
    ),
  );
}

/** Of each known name, the module that exports it. */
function exportersIn(program: ts.Program, catalogue: string): Map<string, string> {
  const checker = program.getTypeChecker();
  const source = program.getSourceFile(catalogue);
  const module = source && checker.getSymbolAtLocation(source);
  if (!module) throw new Error('the modules could not be read');
  return new Map(
    checker
      .getExportsOfModule(module)
      .flatMap((symbol, index) =>
        checker
          .getExportsOfModule(checker.getAliasedSymbol(symbol))
          .map(({ name }): [string, string] => [name, KNOWN_MODULES[index] ?? '']),
      )
      .toReversed(),
  );
}

function missingImports(
  program: ts.Program,
  name: string,
  exporters: ReadonlyMap<string, string>,
): string[] {
  const unknown = faults(program, name)
    .filter(({ code }) => CANNOT_FIND_NAME.has(code))
    .map(({ start = 0, length = 0, file }) => file?.text.slice(start, start + length) ?? '');
  return [...new Set(unknown)].flatMap((identifier) => {
    const module = exporters.get(identifier);
    return module === undefined ? [] : [`import { ${identifier} } from '${module}';`];
  });
}

function faults(program: ts.Program, name: string): readonly ts.Diagnostic[] {
  const source = program.getSourceFile(name);
  return [...program.getSyntacticDiagnostics(source), ...program.getSemanticDiagnostics(source)];
}

/** A host that has these files besides those of the disk, and reads each of those once. */
function hostFor(texts: ReadonlyMap<string, string>): ts.CompilerHost {
  const host = ts.createCompilerHost(OPTIONS);
  const onDisk = new Map<string, ts.SourceFile | undefined>();
  return {
    ...host,
    fileExists: (name) => texts.has(name) || host.fileExists(name),
    readFile: (name) => texts.get(name) ?? host.readFile(name),
    getSourceFile: (name, options) => {
      const text = texts.get(name);
      if (text !== undefined) return ts.createSourceFile(name, text, options);
      if (!onDisk.has(name)) onDisk.set(name, host.getSourceFile(name, options));
      return onDisk.get(name);
    },
  };
}

// In a package whose modules are ES modules, as those of the apps are.
const fileName = (name: string) => join(WORKSPACE_ROOT, 'tools/docs', `${name}.ts`);

const zip = (names: readonly string[], texts: readonly string[]): [string, string][] =>
  names.map((name, index) => [name, texts[index] ?? '']);
