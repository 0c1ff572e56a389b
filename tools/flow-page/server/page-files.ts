import { readdirSync, readFileSync } from 'node:fs';
import { extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export interface PageFile {
  readonly type: string;
  readonly body: Buffer;
}

const DIRECTORY = fileURLToPath(new URL('../page/', import.meta.url));

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.mjs': 'text/javascript; charset=utf-8',
  '.svg': 'image/svg+xml',
};

/** The files of the page by the paths they are asked for by: these, and nothing else of the disk. */
export function readPageFiles(): ReadonlyMap<string, PageFile> {
  const files = readdirSync(DIRECTORY).flatMap((name): [string, PageFile][] => {
    const type = TYPES[extname(name)];
    const path = name === 'index.html' ? '/' : `/${name}`;
    return type === undefined ? [] : [[path, { type, body: readFileSync(join(DIRECTORY, name)) }]];
  });
  return new Map(files);
}
