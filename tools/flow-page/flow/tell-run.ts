import { textOf } from '../otlp/span.ts';
import type { Span } from '../otlp/span.ts';
import type { Call, Run, Step } from './run.ts';
import type { ServiceAddresses } from './service-addresses.ts';
import { SpanTree } from './span-tree.ts';
import { Steps } from './steps.ts';

/** Tells a trace as a run; undefined for one in which nobody called anybody and nothing has failed. */
export function tellRun(spans: readonly Span[], addresses: ServiceAddresses): Run | undefined {
  const tree = new SpanTree(spans);
  const [first] = tree.roots;
  if (first === undefined) return undefined;
  const startedAt = first.startMs;
  const steps = new Steps(tree, addresses, startedAt).of(tree.roots);
  const failure = failureIn(spans);
  if (failure === undefined && !steps.some(({ kind }) => kind === 'call')) return undefined;
  return {
    id: first.traceId,
    title: titleOf(first, steps),
    startedAt,
    durationMs: Math.max(...spans.map(({ endMs }) => endMs)) - startedAt,
    ...(failure !== undefined && { failure }),
    steps,
    repeats: 0,
    lastAt: startedAt,
    isCut: false,
  };
}

/** Two runs in which just the same happened, whenever that was, have the same one. */
export function signatureOf({ title, failure, steps }: Run): string {
  return JSON.stringify([title, failure, steps.map(signatureOfStep)]);
}

function signatureOfStep(step: Step): unknown {
  if (step.kind === 'work') return step.at;
  const { from, to, request, answer, alike } = step;
  return [from, to, request, answer, alike?.count, step.steps.map(signatureOfStep)];
}

function titleOf(root: Span, steps: readonly Step[]): string {
  if (root.kind === 'internal') return root.name.charAt(0).toUpperCase() + root.name.slice(1);
  // What it is a part of has not ended, or is not known here.
  if (root.kind === 'client' && root.parentSpanId !== '') return `${root.service} at work`;
  const call = steps.find((step): step is Call => step.kind === 'call');
  const { from, to, stranger } = call ?? {};
  return `${from ?? stranger ?? 'Somebody'} calls ${to ?? stranger ?? 'somebody'}`;
}

/** Why a job has failed; an error in an answer alone is shown where it is. */
function failureIn(spans: readonly Span[]): string | undefined {
  const failed = spans.find((span) => span.kind === 'internal' && span.failed);
  return failed && (textOf(failed, 'error.type') ?? 'error');
}
