import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

/** Linux counts a process' time in hundredths of a second, whatever the kernel's own clock. */
const TICKS_PER_SECOND = 100;
/** The fields of /proc/<pid>/stat after the name of the program, which may hold spaces. */
const USER_TICKS = 11;
const SYSTEM_TICKS = 12;

/** The memory that a process has now, in MB (RSS). */
export function residentMb(pid: number): number {
  return Number(execFileSync('ps', ['-o', 'rss=', '-p', String(pid)], { encoding: 'utf8' })) / 1024;
}

/** The processor time that a process has taken since its start, in seconds; NaN where there is no /proc. */
export function processorSeconds(pid: number): number {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return (Number(fields[USER_TICKS]) + Number(fields[SYSTEM_TICKS])) / TICKS_PER_SECOND;
  } catch {
    return Number.NaN;
  }
}
