import type { LocalSystem, ProcessName } from '@m2m/tools/local-system';
import { execFileSync } from 'node:child_process';
import { readdir, readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { Controls } from './controls.js';

/** Controls a system that runs as processes. */
export class ProcessControls implements Controls {
  constructor(
    private readonly system: LocalSystem,
    private readonly logDirectory: string,
  ) {}

  async stop(name: ProcessName): Promise<void> {
    await this.system.stop(name);
  }

  async start(name: ProcessName): Promise<void> {
    await this.system.start(name);
  }

  async kill(name: ProcessName): Promise<void> {
    await this.system.kill(name, 'SIGKILL');
  }

  async freeze(name: ProcessName): Promise<void> {
    for (const pid of this.familyOf(name)) process.kill(pid, 'SIGSTOP');
  }

  async thaw(name: ProcessName): Promise<void> {
    for (const pid of this.familyOf(name)) process.kill(pid, 'SIGCONT');
  }

  async wait(name: ProcessName): Promise<void> {
    await this.system.waitUntilReady(name);
  }

  async pid(name: ProcessName): Promise<string> {
    return String(this.system.pid(name) ?? '');
  }

  async logs(): Promise<Record<string, string>> {
    const files = await readdir(this.logDirectory);
    const read = async (file: string) =>
      [basename(file, '.log'), await readFile(join(this.logDirectory, file), 'utf8')] as const;
    return Object.fromEntries(await Promise.all(files.map(read)));
  }

  /** A process and its children: those of PostgreSQL's connections go on by themselves. */
  private familyOf(name: ProcessName): number[] {
    const head = this.system.pid(name);
    const processes = execFileSync('ps', ['-A', '-o', 'pid=,ppid='], { encoding: 'utf8' })
      .trim()
      .split('\n')
      .map((line) => line.trim().split(/\s+/).map(Number));
    const family = processes.filter(([pid, parent]) => pid === head || parent === head);
    return family.flatMap(([pid]) => (pid === undefined ? [] : [pid]));
  }
}
