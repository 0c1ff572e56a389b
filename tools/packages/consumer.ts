import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import ts from 'typescript';
import { WORKSPACE_ROOT } from '../workspace/root.ts';
import { packLib } from './packed-lib.ts';
import { runProgram } from './run-program.ts';

const TSC = join(WORKSPACE_ROOT, 'node_modules/typescript/bin/tsc');

/** Nothing that is installed needs an install script. */
const INSTALL_OPTIONS = [
  '--prefer-offline',
  '--ignore-scripts',
  '--no-audit',
  '--no-fund',
  '--loglevel=error',
];

/** Stricter than this workspace is itself, and about the types of its packages as well. */
const COMPILER_OPTIONS = {
  target: 'es2024',
  module: 'nodenext',
  types: ['node'],
  strict: true,
  exactOptionalPropertyTypes: true,
  noUncheckedIndexedAccess: true,
  noPropertyAccessFromIndexSignature: true,
  isolatedModules: true,
  verbatimModuleSyntax: true,
  skipLibCheck: false,
  experimentalDecorators: true,
  emitDecoratorMetadata: true,
  rootDir: 'src',
  outDir: 'dist',
};

/** A project of somebody else's, in which one of our libs is installed from its package. */
export class Consumer {
  readonly #folder: string;
  readonly #lib: string;
  readonly #started: ChildProcess[] = [];

  private constructor(folder: string, lib: string) {
    this.#folder = folder;
    this.#lib = lib;
  }

  /** @param others the packages it has besides, at the versions that this workspace has of them. */
  static async create(lib: string, others: readonly string[]): Promise<Consumer> {
    const consumer = new Consumer(await mkdtemp(join(tmpdir(), 'm2m-consumer-')), lib);
    await consumer.#install(others);
    return consumer;
  }

  /** Whatever is installed has all the peers it asks for, at versions that it accepts. */
  async checkPeers(): Promise<void> {
    await runProgram(this.#folder, 'npm', ['ls', '--all', '--loglevel=error']);
  }

  /** What is in the package, as paths. */
  async packedFiles(): Promise<string[]> {
    return (await readdir(this.#packageFolder, { recursive: true, withFileTypes: true }))
      .filter((entry) => entry.isFile())
      .map(({ parentPath, name }) => join(parentPath, name).slice(this.#packageFolder.length + 1));
  }

  /** A file of the package. */
  readPacked(file: string): Promise<string> {
    return readFile(join(this.#packageFolder, file), 'utf8');
  }

  /** The names of all that the package exports, types included. */
  exportedNames(): string[] {
    const entry = join(this.#packageFolder, 'dist/index.d.ts');
    // Names are all that is looked for: what they stand for need not be read.
    const program = ts.createProgram([entry], { noResolve: true, noLib: true });
    const checker = program.getTypeChecker();
    const source = program.getSourceFile(entry);
    const module = source && checker.getSymbolAtLocation(source);
    return module ? checker.getExportsOfModule(module).map(({ name }) => name) : [];
  }

  /** Compiles a program of one file. */
  async compile(source: string): Promise<void> {
    await mkdir(join(this.#folder, 'src'), { recursive: true });
    await writeFile(join(this.#folder, 'src/main.ts'), source);
    await this.#writeJson('tsconfig.json', {
      compilerOptions: COMPILER_OPTIONS,
      include: ['src'],
    });
    await runProgram(this.#folder, process.execPath, [TSC]);
  }

  /** Starts the program that was compiled. */
  start(): void {
    const child = spawn(process.execPath, ['dist/main.js'], {
      cwd: this.#folder,
      stdio: ['ignore', 'ignore', 'inherit'],
    });
    this.#started.push(child);
  }

  /** Runs the program that was compiled to its end. */
  run(environment: NodeJS.ProcessEnv): Promise<string> {
    return runProgram(this.#folder, process.execPath, ['dist/main.js'], environment);
  }

  /** Runs a CommonJS script to its end. */
  evaluate(script: string): Promise<string> {
    const args = ['--input-type=commonjs', '--eval', script];
    return runProgram(this.#folder, process.execPath, args);
  }

  async remove(): Promise<void> {
    for (const child of this.#started) child.kill();
    await rm(this.#folder, { recursive: true, force: true });
  }

  get #packageFolder(): string {
    return join(this.#folder, 'node_modules/@m2m', this.#lib);
  }

  async #install(others: readonly string[]): Promise<void> {
    const build = join(this.#folder, 'build');
    await mkdir(build);
    const packages = [await packLib(this.#lib, build), ...(await Promise.all(others.map(pinned)))];
    await this.#writeJson('package.json', { name: 'consumer', private: true, type: 'module' });
    await runProgram(this.#folder, 'npm', ['install', ...INSTALL_OPTIONS, ...packages]);
  }

  async #writeJson(file: string, content: unknown): Promise<void> {
    await writeFile(join(this.#folder, file), JSON.stringify(content));
  }
}

async function pinned(name: string): Promise<string> {
  const manifest = join(WORKSPACE_ROOT, 'node_modules', name, 'package.json');
  const { version } = JSON.parse(await readFile(manifest, 'utf8')) as { version: string };
  return `${name}@${version}`;
}
