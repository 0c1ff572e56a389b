import { BenchError } from '../bench-error.ts';
import {
  figuresOf,
  generatorNotes,
  inRounds,
  rates,
  roundLengths,
  type Contender,
  type Results,
} from '../load/contender.ts';
import { FULL_LOAD } from '../load/load-job.ts';
import type { BenchContext, Part } from '../part.ts';
import type { Finding, PartReport } from '../report/part-report.ts';
import { quotients } from '../report/statistics.ts';
import { MeasuredSystem } from '../system/measured-system.ts';
import { answerTimeFigures, answerTimeFindings, measureAnswerTimes } from './answer-times.ts';
import { keyClientRegistry, requestsByKey, requestsBySecret } from './own-client.ts';
import { startPeerServers } from './peer-servers.ts';
import { generateKeyPair } from '../keys/key-pair.ts';

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
      const own = {
        ports: [ours.port('auth-server')],
        pids: [ours.pid('auth-server')],
        arrival: FULL_LOAD,
      };
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
  const full = await inRounds(contenders, roundLengths(quick), generator, reporter);
  const times = await measureAnswerTimes(
    context,
    named(contenders, OURS),
    named(contenders, LIMIT),
  );
  return {
    figures: [...figuresOf(full, 'tokens'), ...answerTimeFigures(times)],
    findings: [...throughputRatios(full), ...answerTimeFindings(times)],
    notes: generatorNotes(full),
  };
}

function named(contenders: readonly Contender[], name: string): Contender {
  const found = contenders.find((contender) => contender.name === name);
  if (!found) throw new BenchError(`${name} was not started`);
  return found;
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
