import type { SyntaxNode, SyntaxNodeRef } from '@lezer/common';
import { parser } from '@prometheus-io/lezer-promql';

/** A condition by which series are selected, such as `reason="expired"`. */
export interface LabelMatcher {
  readonly metric: string;
  readonly label: string;
  /** The value, where it is compared by `=`. */
  readonly value: string | undefined;
}

/** What an expression speaks of. */
export interface PromqlReferences {
  readonly metrics: ReadonlySet<string>;
  readonly matchers: readonly LabelMatcher[];
  /** The labels that results are grouped and joined by. */
  readonly grouping: ReadonlySet<string>;
}

/**
 * Finds the metrics and labels an expression speaks of.
 *
 * @throws Error if it is no PromQL.
 */
export function promqlReferences(expression: string): PromqlReferences {
  const text = ({ from, to }: { from: number; to: number }) => expression.slice(from, to);
  const metrics = new Set<string>();
  const matchers: LabelMatcher[] = [];
  const grouping = new Set<string>();
  const enter = ({ type, from, node }: SyntaxNodeRef): void => {
    if (type.isError) throw new Error(`no PromQL, from ${from} on: ${expression}`);
    if (type.name === 'GroupingLabels') {
      for (const label of node.getChildren('LabelName')) grouping.add(text(label));
    }
    if (type.name !== 'VectorSelector') return;
    const metric = textOf(node.getChild('Identifier'), text);
    if (metric === undefined) throw new Error(`a selector without a metric: ${expression}`);
    metrics.add(metric);
    for (const matcher of node.getChild('LabelMatchers')?.getChildren('UnquotedLabelMatcher') ?? [])
      matchers.push({ metric, ...labelAndValue(matcher, text) });
  };
  parser.parse(expression).iterate({ enter });
  return { metrics, matchers, grouping };
}

type TextOf = (node: { from: number; to: number }) => string;

function labelAndValue(matcher: SyntaxNode, text: TextOf) {
  const isEqual = textOf(matcher.getChild('MatchOp'), text) === '=';
  const quoted = textOf(matcher.getChild('StringLiteral'), text);
  return {
    label: textOf(matcher.getChild('LabelName'), text) ?? '',
    value: isEqual ? quoted?.slice(1, -1) : undefined,
  };
}

function textOf(node: SyntaxNode | null, text: TextOf): string | undefined {
  return node ? text(node) : undefined;
}
