import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { isInstalled, pinnedNodePath, removeStamp, writeStamp } from './install-stamp.mjs';

describe('isInstalled', () => {
  let root: string;

  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'm2m-stamp-'));
    writeFileSync(join(root, 'package-lock.json'), '{}');
    mkdirSync(dirname(pinnedNodePath(root)), { recursive: true });
    writeFileSync(pinnedNodePath(root), '');
    writeStamp(root);
  });

  afterEach(() => rmSync(root, { recursive: true }));

  it('is true after an installation of the present lock file', () => {
    expect(isInstalled(root)).toBe(true);
  });

  it('is false once the lock file has changed', () => {
    writeFileSync(join(root, 'package-lock.json'), '{"changed":true}');
    expect(isInstalled(root)).toBe(false);
  });

  it('is false after an installation that was interrupted', () => {
    removeStamp(root);
    expect(isInstalled(root)).toBe(false);
  });

  it('is false if the pinned Node.js is missing', () => {
    rmSync(pinnedNodePath(root));
    expect(isInstalled(root)).toBe(false);
  });

  it('is false in a fresh clone', () => {
    rmSync(join(root, 'node_modules'), { recursive: true });
    expect(isInstalled(root)).toBe(false);
  });
});
