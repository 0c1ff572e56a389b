import type { Span } from '../otlp/span.ts';

/** The spans of a trace as the tree that they are, siblings in the order in which they started. */
export class SpanTree {
  readonly #children: ReadonlyMap<string, readonly Span[]>;
  /** Those without a parent, and those whose parent is not there, or not yet. */
  readonly roots: readonly Span[];

  constructor(spans: readonly Span[]) {
    const inOrder = spans.toSorted((a, b) => a.startMs - b.startMs);
    const ids = new Set(spans.map(({ spanId }) => spanId));
    this.#children = Map.groupBy(inOrder, ({ parentSpanId }) => parentSpanId);
    this.roots = inOrder.filter(({ parentSpanId }) => !ids.has(parentSpanId));
  }

  childrenOf({ spanId }: Span): readonly Span[] {
    return this.#children.get(spanId) ?? [];
  }
}
