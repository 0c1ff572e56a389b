import type { Alike, Call, Step, Work } from './run.ts';

/** Puts what is the same again, one after the other, into one step. */
export function foldSteps(steps: readonly Step[]): Step[] {
  const folded: Step[] = [];
  for (const step of steps) {
    const last = folded.at(-1);
    const both = last && joined(last, step);
    if (both) folded[folded.length - 1] = both;
    else folded.push(step);
  }
  return folded;
}

function joined(first: Step, next: Step): Step | undefined {
  if (first.kind === 'work' && next.kind === 'work') return joinedWork(first, next);
  if (first.kind === 'call' && next.kind === 'call') return joinedCalls(first, next);
  return undefined;
}

function joinedWork(first: Work, next: Work): Work | undefined {
  if (first.at !== next.at) return undefined;
  const explanations = [...first.explanations];
  for (const { title, fields, ...rest } of next.explanations) {
    const at = explanations.findIndex((known) => known.title === title);
    const known = explanations[at];
    if (known) explanations[at] = { ...known, fields: [...known.fields, ...fields] };
    else explanations.push({ title, fields, ...rest });
  }
  return { ...first, durationMs: next.offsetMs + next.durationMs - first.offsetMs, explanations };
}

function joinedCalls(first: Call, next: Call): Call | undefined {
  if (next.steps.length > 0 || signatureOf(first) !== signatureOf(next)) return undefined;
  return { ...first, alike: withOneMore(first.alike, next.durationMs) };
}

function withOneMore(alike: Alike | undefined, durationMs: number): Alike {
  const { count = 0, fastestMs = Infinity, slowestMs = 0 } = alike ?? {};
  return {
    count: count + 1,
    fastestMs: Math.min(fastestMs, durationMs),
    slowestMs: Math.max(slowestMs, durationMs),
  };
}

function signatureOf({ from, to, stranger, request, answer }: Call): string {
  return JSON.stringify([from, to, stranger, request, answer]);
}
