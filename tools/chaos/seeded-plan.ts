import type { ProcessName } from '../local-system/apps.ts';
import type { Line, Moment } from './passage.ts';
import { Random } from './random.ts';
import type { PassageKind, Plan, Strike, Trigger } from './strike.ts';

const MOMENTS = ['before', 'sent', 'answered'] as const satisfies readonly Moment[];
const AT_ITS_END = ['sent', 'answered'] as const satisfies readonly Moment[];

/** Passages of one kind at which a victim is killed. */
interface Ambush {
  readonly line: Line;
  readonly kind: PassageKind;
  readonly moments: readonly [Moment, ...Moment[]];
  /** The strike comes at any of the first so many. */
  readonly among: number;
}

const ambush = (
  line: Line,
  name: string,
  pattern: RegExp,
  among = 1,
  moments: Ambush['moments'] = MOMENTS,
): Ambush => ({ line, kind: { name, pattern }, moments, among });

/** What statements and requests of the worker bring forward, in the order in which it makes them. */
export const WORKER_STEPS = {
  token: ambush('token-endpoint', 'token request', /^POST /),
  list: ambush('orders-api', 'list of orders', /^GET \/orders/),
  begin: ambush('worker-database', 'start of the transaction', /^START TRANSACTION/),
  invoice: ambush('worker-database', 'insert of invoices', /^INSERT INTO invoice \(/),
  number: ambush('worker-database', 'numbering', /INSERT INTO invoice_series/),
  enqueue: ambush('worker-database', 'enqueueing', /INSERT INTO pgboss\.job\w* [^]*report-invoice/),
  commit: ambush('worker-database', 'commit of invoices', /^COMMIT$/),
  fetch: ambush('worker-database', 'taking jobs', /SKIP LOCKED/, 6),
  report: ambush('orders-api', 'report', /^PUT /, 12),
  settle: ambush('worker-database', 'settlement', /^UPDATE invoice SET status/),
  complete: ambush('worker-database', 'end of jobs', /state = 'completed'/),
} as const;

const API_STEPS = {
  claim: ambush('api-database', 'claim of an idempotency key', /INSERT INTO "idempotency_key"/),
  place: ambush('api-database', 'insert of an order', /INSERT INTO "customer_order"/),
  commit: ambush('api-database', 'commit of an order', /^COMMIT$/),
  bill: ambush('api-database', 'marking as billed', /^UPDATE customer_order /, 6),
} as const;

interface Temper {
  readonly ambushes: readonly [Ambush, ...Ambush[]];
  /** Of so many strikes, one comes at any time instead. */
  readonly oneInAtAnyTime: number;
  readonly longestDelayMs: number;
  readonly restMs: readonly [from: number, to: number];
  /** Who may be killed at the same moment. */
  readonly companions: readonly [Companions, ...Companions[]];
}

type Companions = readonly ProcessName[];

/** Those that billing takes to be done, and no app that is added. */
type VictimName = 'billing-worker' | 'orders-api' | 'auth-server' | 'postgres';

/** By which each victim is killed, and how long it is left in peace: the worker not at all. */
const TEMPERS: Readonly<Record<VictimName, Temper>> = {
  'billing-worker': {
    ambushes: [
      ...([WORKER_STEPS.token, WORKER_STEPS.list, WORKER_STEPS.begin] as const),
      // The windows between which something could be lost come twice as often.
      ...Array.from({ length: 2 }, () => [
        WORKER_STEPS.invoice,
        WORKER_STEPS.number,
        WORKER_STEPS.enqueue,
        WORKER_STEPS.commit,
        WORKER_STEPS.report,
        WORKER_STEPS.settle,
        WORKER_STEPS.complete,
      ]).flat(),
      WORKER_STEPS.fetch,
    ],
    oneInAtAnyTime: 6,
    longestDelayMs: 2_000,
    restMs: [0, 0],
    companions: [[], [], [], ['postgres'], ['postgres'], ['postgres'], ['orders-api', 'postgres']],
  },
  'orders-api': {
    ambushes: [
      WORKER_STEPS.list,
      WORKER_STEPS.report,
      WORKER_STEPS.report,
      API_STEPS.claim,
      API_STEPS.place,
      API_STEPS.commit,
      API_STEPS.bill,
    ],
    oneInAtAnyTime: 8,
    longestDelayMs: 2_000,
    restMs: [500, 4_000],
    companions: [[], [], ['postgres']],
  },
  'auth-server': {
    ambushes: [WORKER_STEPS.token],
    oneInAtAnyTime: 2,
    longestDelayMs: 2_000,
    restMs: [500, 4_000],
    companions: [[]],
  },
  postgres: {
    ambushes: [
      WORKER_STEPS.invoice,
      WORKER_STEPS.enqueue,
      { ...WORKER_STEPS.commit, moments: AT_ITS_END },
      { ...WORKER_STEPS.settle, moments: AT_ITS_END },
      { ...API_STEPS.commit, moments: AT_ITS_END },
      { ...API_STEPS.bill, moments: AT_ITS_END },
    ],
    oneInAtAnyTime: 4,
    longestDelayMs: 2_000,
    restMs: [300, 2_500],
    companions: [[]],
  },
};

/** Whose strikes follow each other. The two whose start is slow, and that the worker cannot do without, take turns. */
const SEQUENCES: readonly (readonly [VictimName, ...VictimName[]])[] = [
  ['billing-worker'],
  ['postgres'],
  ['orders-api', 'orders-api', 'auth-server'],
];
/** Sequences whose seeds lie this far apart have nothing in common. */
const SEED_DISTANCE = 0x9e3779b9;

/** Strikes without end, which follow from a seed and from nothing else. */
export function seededPlan(seed: number): Plan {
  return SEQUENCES.map((victims, index) =>
    strikesAt(victims, new Random(seed + SEED_DISTANCE * (1 + index))),
  );
}

function* strikesAt(
  names: readonly [VictimName, ...VictimName[]],
  random: Random,
): Generator<Strike> {
  for (;;) {
    const victim = random.pick(names);
    const temper = TEMPERS[victim];
    const restMs = random.between(...temper.restMs);
    const victims = [victim, ...random.pick(temper.companions)] as const;
    yield { victims, restMs, trigger: triggerFor(temper, random) };
  }
}

function triggerFor(temper: Temper, random: Random): Trigger {
  if (random.between(1, temper.oneInAtAnyTime) === 1) {
    return { delayMs: random.between(0, temper.longestDelayMs) };
  }
  const { line, kind, moments, among } = random.pick(temper.ambushes);
  return { line, kind, moment: random.pick(moments), nth: random.between(1, among) };
}
