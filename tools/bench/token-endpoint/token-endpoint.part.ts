import {
  figuresOf,
  generatorNotes,
  inRounds,
  rates,
  roundLengths,
  type Contender,
  type Results,
} from '../load/contender.ts';
import type { BenchContext, Part } from '../part.ts';
import type { Figure, Finding, PartReport } from '../report/part-report.ts';
import { median, quotients } from '../report/statistics.ts';
import { MeasuredSystem } from '../system/measured-system.ts';
import { keyClientRegistry, requestsByKey, requestsBySecret } from './own-client.ts';
import { startPeerServers } from './peer-servers.ts';
import { generateKeyPair } from '../keys/key-pair.ts';

const CONNECTIONS = 32;
/** The part of what our server can do at most at which answers are timed. */
const LOAD = 0.7;

const OURS = 'auth-server';
const OURS_BY_KEY = 'auth-server, private_key_jwt';
const LIMIT = 'the limit';
const OIDC_PROVIDER = 'oidc-provider';

export const tokenEndpoint: Part = {
  name: 'token-endpoint',
  title: 'tokens per second, against peers and the limit; answers at 70 % load',
  run: async (context) => {
    const clientKey = generateKeyPair();
    const extraRegistry = keyClientRegistry(clientKey);
    const ours = await MeasuredSystem.start(context, { apps: ['auth-server'], extraRegistry });
    const peers = await startPeerServers(context.cores.server);
    try {
      const own = { ports: [ours.port('auth-server')], pids: [ours.pid('auth-server')] };
      return await measure(context, [
        { name: OURS, ...own, workload: await requestsBySecret(ours) },
        { name: OURS_BY_KEY, ...own, workload: await requestsByKey(ours, clientKey) },
        ...peers.contenders,
      ]);
    } finally {
      await Promise.all(peers.servers.map((server) => server.stop()));
      await ours.remove();
    }
  },
};

async function measure(
  context: BenchContext,
  contenders: readonly Contender[],
): Promise<PartReport> {
  const { generator, reporter, quick } = context;
  const lengths = roundLengths(quick);
  const arrival = { kind: 'closed', connections: CONNECTIONS } as const;
  const full = await inRounds(contenders, { ...lengths, arrival }, generator, reporter);
  const perSecond = LOAD * median(rates(full, OURS));
  const timed = await inRounds(
    contenders.filter(({ name }) => name === OURS || name === LIMIT),
    { ...lengths, arrival: { kind: 'open', connections: 4 * CONNECTIONS, perSecond } },
    generator,
    reporter,
  );
  return {
    figures: [...figuresOf(full, 'tokens'), ...latencies(timed, perSecond)],
    findings: [...throughputRatios(full), ...p99Ratios(timed)],
    notes: generatorNotes(full),
  };
}

function throughputRatios(results: Results): Finding[] {
  const ratio = (name: string, ours: string, other: string): Finding => ({
    name,
    unit: '×',
    values: quotients(rates(results, ours), rates(results, other)),
  });
  const basic = 'token endpoint, client_secret_basic';
  return [
    { ...ratio(`${basic}, over the limit`, OURS, LIMIT), target: { atLeast: 0.8 } },
    { ...ratio(`${basic}, over oidc-provider`, OURS, OIDC_PROVIDER), target: { atLeast: 2.5 } },
    ...['@node-oauth/oauth2-server', '@jmondi/oauth2-server', 'Fastify and a signature'].map(
      (peer) => ratio(`${basic}, over ${peer}`, OURS, peer),
    ),
    ratio(
      'token endpoint, private_key_jwt, over oidc-provider',
      OURS_BY_KEY,
      `${OIDC_PROVIDER}, private_key_jwt`,
    ),
  ];
}

function latencies(results: Results, perSecond: number): Figure[] {
  return [...results].flatMap(([name, rounds]) =>
    (['p50', 'p99'] as const).map((which): Figure => ({
      name: `${which} at ${Math.round(perSecond)} tokens/s, ${name}`,
      unit: 'ms',
      values: rounds.map(({ latencyMs }) => latencyMs[which]),
    })),
  );
}

/** The limit's own tells how much of ours is the machine. */
function p99Ratios(results: Results): Finding[] {
  const latenciesOf = (name: string, which: 'p50' | 'p99') =>
    (results.get(name) ?? []).map(({ latencyMs }) => latencyMs[which]);
  const over = (name: string) => quotients(latenciesOf(name, 'p99'), latenciesOf(LIMIT, 'p50'));
  return [
    {
      name: 'token endpoint, p99 at 70 % load, over the median of the limit',
      unit: '×',
      values: over(OURS),
      target: { atMost: 3 },
    },
    {
      name: 'the limit, its own p99 at this load, over its median',
      unit: '×',
      values: over(LIMIT),
    },
  ];
}
