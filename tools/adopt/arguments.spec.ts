import { describe, expect, it } from 'vitest';
import { parseAdoptArguments, UsageError } from './arguments.ts';

const NAMES = ['--scope', '@acme', '--name', 'acme-platform'];

describe('parseAdoptArguments', () => {
  it('needs a scope and a name, and leaves the rest as it is', () => {
    expect(parseAdoptArguments(NAMES)).toEqual({
      help: false,
      dryRun: false,
      adoption: {
        scope: '@acme',
        name: 'acme-platform',
        title: 'Acme platform',
        ports: { 'auth-server': 3000, 'orders-api': 3001, 'billing-worker': 3002 },
        issuer: undefined,
        ordersApiUrl: undefined,
        licenceHolder: undefined,
        service: undefined,
      },
    });
  });

  it('takes all that can be chosen', () => {
    const { dryRun, adoption } = parseAdoptArguments([
      ...NAMES,
      '--dry-run',
      "--title=Acme's own (beta)",
      '--billing-worker-port=4002',
      '--issuer=https://auth.acme.example/tenant',
      '--orders-api-url=https://orders.acme.example',
      '--licence-holder=Acme Ltd, Örebro',
    ]);

    expect(dryRun).toBe(true);
    expect(adoption).toMatchObject({
      title: "Acme's own (beta)",
      ports: { 'auth-server': 3000, 'billing-worker': 4002 },
      issuer: 'https://auth.acme.example/tenant',
      ordersApiUrl: 'https://orders.acme.example',
      licenceHolder: 'Acme Ltd, Örebro',
    });
  });

  it.each([
    [['--without-samples'], 'examples-api'],
    [['--without-samples', '--service', 'payments-api'], 'payments-api'],
  ])('knows by %j what takes the place of the sample: %s', (args, name) => {
    expect(parseAdoptArguments([...NAMES, ...args]).adoption?.service?.name).toBe(name);
  });

  it('asks for no names where help is asked for', () => {
    expect(parseAdoptArguments(['--help'])).toMatchObject({ help: true });
  });

  it.each([
    [[], '--name is missing'],
    [['--name', 'acme'], '--scope is missing'],
    [[...NAMES, '--scope', 'acme'], '--scope takes an npm scope'],
    [[...NAMES, '--scope', '@Acme'], '--scope takes an npm scope'],
    [[...NAMES, '--scope', '@m2m'], 'already'],
    [[...NAMES, '--name', 'm2m'], 'already'],
    [[...NAMES, '--name', 'Acme'], '--name takes'],
    [[...NAMES, '--name=-acme'], '--name takes'],
    [[...NAMES, '--name', 'acme-'], '--name takes'],
    [[...NAMES, '--name', 'a'.repeat(31)], '--name takes'],
    [[...NAMES, '--title', 'the "best"'], '--title takes'],
    [[...NAMES, '--title', '<b>'], '--title takes'],
    [[...NAMES, '--licence-holder', 'Acme\nLtd'], '--licence-holder takes'],
    [[...NAMES, '--orders-api-port', '80'], '--orders-api-port takes'],
    [[...NAMES, '--orders-api-port', '65536'], '--orders-api-port takes'],
    [[...NAMES, '--orders-api-port', '3000'], 'the ports have to differ'],
    [[...NAMES, '--orders-api-port', '9000'], 'the ports have to differ'],
    [[...NAMES, '--issuer', 'http://auth.acme.example'], '--issuer takes an https URL'],
    [[...NAMES, '--issuer', 'https://auth.acme.example/'], '--issuer takes an https URL'],
    [[...NAMES, '--issuer', 'https://me@auth.acme.example'], '--issuer takes an https URL'],
    [[...NAMES, '--issuer', 'https://auth.acme.example?a'], '--issuer takes an https URL'],
    [[...NAMES, '--orders-api-url', 'orders'], '--orders-api-url takes an https URL'],
    [[...NAMES, '--service', 'payments-api'], '--service is what takes the place of the sample'],
    [[...NAMES, '--without-samples', '--service', 'payments'], 'no name for a resource server'],
    [[...NAMES, '--without-samples', '--service', 'clients-api'], 'that others have'],
    [[...NAMES, '--without-samples', '--service', 'orders-api'], 'that others have'],
    [['acme'], 'Unexpected argument'],
    [['--scoop'], 'Unknown option'],
  ])('refuses %j: %s', (args, reason) => {
    expect(() => parseAdoptArguments(args)).toThrow(UsageError);
    expect(() => parseAdoptArguments(args)).toThrow(reason);
  });
});
