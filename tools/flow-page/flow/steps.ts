import { STATUS_CODES } from 'node:http';
import { explainQueries } from '../explain/database.explanation.ts';
import { explainExchange, requestOf } from '../explain/exchange.ts';
import type { Exchange } from '../explain/exchange.ts';
import { durationOf } from '../explain/milliseconds.ts';
import { problemOf, statusOf } from '../explain/problem.ts';
import { lifetimeOf } from '../explain/token.explanation.ts';
import { textOf } from '../otlp/span.ts';
import type { Span } from '../otlp/span.ts';
import { foldSteps } from './fold-steps.ts';
import type { Call, Step, Work } from './run.ts';
import type { ServiceAddresses } from './service-addresses.ts';
import type { SpanTree } from './span-tree.ts';

/** Tells a trace as the steps of a sequence diagram. */
export class Steps {
  readonly #tree: SpanTree;
  readonly #addresses: ServiceAddresses;
  readonly #startMs: number;

  /** @param startMs when the trace began, from which the times of its steps are counted. */
  constructor(tree: SpanTree, addresses: ServiceAddresses, startMs: number) {
    this.#tree = tree;
    this.#addresses = addresses;
    this.#startMs = startMs;
  }

  /** What happened, in the order in which it began. */
  of(spans: readonly Span[]): Step[] {
    const steps = spans.flatMap((span) => this.#stepsOf(span));
    return foldSteps(steps.toSorted((a, b) => a.offsetMs - b.offsetMs));
  }

  #stepsOf(span: Span): Step[] {
    if (span.kind === 'server') return [this.#call({ server: span })];
    if (isQuery(span)) return [this.#work(span)];
    if (span.kind === 'client') return [this.#call({ client: span, server: this.#answerTo(span) })];
    return this.#tree.childrenOf(span).flatMap((child) => this.#stepsOf(child));
  }

  #answerTo(client: Span): Span | undefined {
    return this.#tree.childrenOf(client).find(({ kind }) => kind === 'server');
  }

  #call(ends: Omit<Exchange, 'queries'>): Call {
    const { client, server } = ends;
    const below = server ? this.#tree.childrenOf(server) : [];
    const exchange = { ...ends, queries: below.filter(isQuery) };
    const problem = problemOf(client, server);
    return {
      kind: 'call',
      ...this.#identity(client ?? server),
      ...partiesOf(ends, this.#addresses),
      request: requestOf(exchange),
      answer: answerOf(ends, problem?.code),
      ...(problem && { problem }),
      explanations: explainExchange(exchange),
      steps: this.of(below.filter((span) => !isQuery(span))),
    };
  }

  #work(query: Span): Work {
    return {
      kind: 'work',
      ...this.#identity(query),
      at: query.service,
      explanations: explainQueries([query]),
    };
  }

  #identity(span: Span | undefined): { id: string; offsetMs: number; durationMs: number } {
    return {
      id: span?.spanId ?? '',
      offsetMs: (span?.startMs ?? this.#startMs) - this.#startMs,
      durationMs: durationOf(span ? [span] : []),
    };
  }
}

function isQuery({ attributes }: Span): boolean {
  return 'db.system.name' in attributes;
}

function partiesOf(
  { client, server }: Omit<Exchange, 'queries'>,
  addresses: ServiceAddresses,
): Pick<Call, 'from' | 'to' | 'stranger'> {
  const to = server?.service ?? (client && addresses.calledBy(client));
  const stranger = client
    ? to === undefined && textOf(client, 'server.address')
    : server && (textOf(server, 'oauth.client.id') ?? 'somebody');
  return {
    ...(client && { from: client.service }),
    ...(to !== undefined && { to }),
    ...(stranger && { stranger }),
  };
}

function answerOf({ client, server }: Omit<Exchange, 'queries'>, problem?: string): string {
  const status = statusOf(client, server);
  if (status === undefined) return problem === undefined ? 'no answer' : `no answer: ${problem}`;
  if (problem !== undefined && problem !== status) return `${status} ${problem}`;
  const lifetime = server && lifetimeOf(server);
  const isToken = server && textOf(server, 'oauth.grant_type') !== undefined;
  return isToken && lifetime !== undefined
    ? `${status} a token for ${lifetime} s`
    : `${status} ${STATUS_CODES[status] ?? ''}`;
}
