import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { APPS } from '../local-system/apps.ts';
import { WORKSPACE_ROOT } from '../workspace/root.ts';
import { readText, readYaml } from './files.ts';
import { unknownReferences } from './unknown-references.ts';

interface PrometheusConfiguration {
  readonly rule_files: readonly string[];
  readonly scrape_configs: readonly {
    readonly job_name: string;
    readonly dns_sd_configs: readonly { names: string[]; type: string; port: number }[];
  }[];
}

interface Alert {
  readonly alert: string;
  readonly expr: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
}

interface Rules {
  readonly groups: readonly { readonly name: string; readonly rules: readonly Alert[] }[];
}

interface RuleTests {
  readonly tests: readonly {
    readonly alert_rule_test: readonly { alertname: string; exp_alerts: readonly unknown[] }[];
  }[];
}

const FOLDER = 'deploy/observability/prometheus';
const alerts = (readYaml(`${FOLDER}/alerts.yml`) as Rules).groups.flatMap(({ rules }) => rules);
const runbook = Array.from(
  readText('docs/runbook.md').matchAll(/^## (.+)$/gm),
  ([, title]) => title,
);

describe('Prometheus', () => {
  const configuration = readYaml(`${FOLDER}/prometheus.yml`) as PrometheusConfiguration;

  it('scrapes every replica of every service, where it listens by default', () => {
    const targets = configuration.scrape_configs.map(({ job_name, dns_sd_configs }) => [
      job_name,
      dns_sd_configs.map(({ names, type, port }) => ({ names, type, port })),
    ]);

    expect(targets).toEqual(
      Object.entries(APPS).map(([name, { defaultPort }]) => [
        name,
        [{ names: [name], type: 'A', port: defaultPort }],
      ]),
    );
  });

  it('loads the alerts', () => {
    expect(configuration.rule_files).toEqual(['alerts.yml']);
  });
});

describe.each(alerts.map((alert) => [alert.alert, alert] as const))(
  'the alert %s',
  (name, alert) => {
    it('asks for nothing that no service shows', () => {
      expect(unknownReferences(alert.expr)).toEqual([]);
    });

    it('says how bad it is, what it is, and where to read on', () => {
      expect(alert.labels['severity']).toMatch(/^(critical|warning)$/);
      expect(alert.annotations['summary']).toMatch(/\S/);
      expect(alert.annotations['runbook']).toBe(`docs/runbook.md#${name.toLowerCase()}`);
      expect(runbook).toContain(name);
    });

    it('has a test that expects it to fire, and one that expects it not to', () => {
      const { tests } = readYaml(`${FOLDER}/alerts.test.yml`) as RuleTests;
      const own = tests
        .flatMap(({ alert_rule_test }) => alert_rule_test)
        .filter(({ alertname }) => alertname === name);

      expect(own.some(({ exp_alerts }) => exp_alerts.length > 0)).toBe(true);
      expect(own.some(({ exp_alerts }) => exp_alerts.length === 0)).toBe(true);
    });
  },
);

const hasPromtool = spawnSync('promtool', ['--version']).status === 0;

describe('promtool', () => {
  it.runIf(hasPromtool).each([
    ['accepts the configuration and the alerts', ['check', 'config', 'prometheus.yml']],
    ['sees each alert fire and be silent as its tests say', ['test', 'rules', 'alerts.test.yml']],
  ])('%s', (_what, args) => {
    const cwd = join(WORKSPACE_ROOT, FOLDER);
    const { status, stdout, stderr } = spawnSync('promtool', args, { cwd, encoding: 'utf8' });

    expect(status, stdout + stderr).toBe(0);
  });
});

describe('the runbook', () => {
  it('has a section for each alert, in the same order, and no other', () => {
    expect(runbook).toEqual(alerts.map(({ alert }) => alert));
  });

  it.each(runbook)('says of %s what it means, where to look and what to do', (title) => {
    const [, section = ''] = readText('docs/runbook.md').split(`\n## ${title}\n`);
    const [text = ''] = section.split('\n## ');

    expect(text).toMatch(/^\n[A-Z]/);
    expect(text).toMatch(/^- Look: /m);
    expect(text).toMatch(/^- Do[:,] /m);
  });

  it('refers to sections that exist', () => {
    const links = Array.from(
      readText('docs/runbook.md').matchAll(/\]\(#(\w+)\)/g),
      ([, link]) => link,
    );

    expect(links.length).toBeGreaterThan(0);
    for (const link of links) expect(runbook.map((title) => title?.toLowerCase())).toContain(link);
  });

  it('names only log events that are logged', () => {
    const programs = [
      'apps/billing-worker/src/billing/scan-orders.ts',
      'apps/billing-worker/src/invoices/issue-invoices.ts',
      'apps/billing-worker/src/reports/report-log.ts',
      'apps/auth-server/src/client-authentication/client.authenticator.ts',
      'apps/auth-server/src/client-keys/published-keys.ts',
      'apps/auth-server/src/keys/signing-key.events.ts',
      'apps/auth-server/src/keys/signing-key.scheduler.ts',
      'apps/auth-server/src/keys/signing-keys.ts',
      'apps/auth-server/src/sweeping/sweeper.ts',
      'apps/auth-server/src/throttling/client.throttle.ts',
      'libs/resource-server/src/access-log.ts',
      'libs/service-defaults/src/problem-details/problem-details.filter.ts',
      'libs/service-defaults/src/bootstrap/run-service.ts',
    ].map(readText);
    const events = Array.from(
      readText('docs/runbook.md').matchAll(/`([a-z_]+\.[a-z_.]+|unexpected_error)`/g),
      ([, event = '']) => event,
    );

    expect(events.length).toBeGreaterThan(5);
    for (const event of new Set(events)) {
      expect(
        programs.some((program) => program.includes(`'${event}'`)),
        event,
      ).toBe(true);
    }
  });
});
