import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { AdoptionError } from './adoption-error.ts';
import { inspectCopy, readText } from './copy.ts';

describe('inspectCopy', () => {
  let root: string;

  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'm2m-copy-'));
    writeFileSync(join(root, 'ä b.txt'), 'a');
  });

  afterEach(() => rmSync(root, { recursive: true }));

  const git = (...args: readonly string[]) =>
    execFileSync(
      'git',
      ['-C', root, '-c', 'user.name=A', '-c', 'user.email=a@b.example', ...args],
      {
        encoding: 'utf8',
        stdio: 'pipe',
      },
    ).trim();

  function commitAll(): void {
    git('init', '--quiet');
    git('add', '--all');
    git('commit', '--quiet', '--no-verify', '--message', 'all');
  }

  it('finds the files, and what is the same in every copy of them', () => {
    commitAll();
    const { tree, files } = inspectCopy(root);
    git('commit', '--quiet', '--amend', '--no-verify', '--message', 'another history');

    expect(files).toEqual(['ä b.txt']);
    expect(inspectCopy(root).tree).toBe(tree);
  });

  it('refuses what git could not bring back', () => {
    expect(() => inspectCopy(root)).toThrow(AdoptionError);
    expect(() => inspectCopy(root)).toThrow('no git repository');

    commitAll();
    writeFileSync(join(root, 'new.txt'), '');
    expect(() => inspectCopy(root)).toThrow('not committed');
  });

  it('refuses a folder of another repository', () => {
    commitAll();
    const folder = join(root, 'folder');
    mkdirSync(folder);

    expect(() => inspectCopy(folder)).toThrow('in another git repository');
  });

  it('refuses a repository without a commit', () => {
    rmSync(join(root, 'ä b.txt'));
    git('init', '--quiet');

    expect(() => inspectCopy(root)).toThrow(AdoptionError);
  });

  it('reads texts, and nothing else', () => {
    writeFileSync(join(root, 'picture.png'), Buffer.from([1, 0, 2]));

    expect(readText(root, 'ä b.txt')).toBe('a');
    expect(readText(root, 'picture.png')).toBeUndefined();
  });
});
