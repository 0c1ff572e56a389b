import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { FlowPage } from '../flow-page/index.ts';
import { findFreePort } from '../local-system/ports.ts';
import { exportTo, openFlowPage } from './open-flow-page.ts';

describe('openFlowPage', () => {
  let lines: string[];
  let page: FlowPage | undefined;
  const reporter = { line: (text: string) => void lines.push(text) };

  beforeEach(() => {
    lines = [];
  });

  afterEach(() => page?.close());

  it('opens the page where it is told to, says where, and has the apps export to it', async () => {
    const port = await findFreePort();
    page = await openFlowPage({ FLOW_PAGE_PORT: String(port) }, reporter);

    expect(lines).toEqual([`  see the flow live at http://localhost:${port}`]);
    expect(page && exportTo(page)).toMatchObject({
      OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: `http://localhost:${port}/v1/traces`,
    });
  });

  it('goes without where the port is taken, and says so', async () => {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;

    page = await openFlowPage({ FLOW_PAGE_PORT: String(port) }, reporter);

    expect(page).toBeUndefined();
    expect(lines).toEqual([
      `  no page of the flow: port ${port} is already in use; choose another with FLOW_PAGE_PORT`,
    ]);
    server.close();
  });

  it('leaves its port to an app that is to have it', async () => {
    page = await openFlowPage({ ORDERS_API_PORT: '3003' }, reporter);

    expect(page).toBeUndefined();
    expect(lines[0]).toContain('port 3003 is ORDERS_API_PORT');
  });

  it.each([
    'OTEL_EXPORTER_OTLP_ENDPOINT',
    'OTEL_EXPORTER_OTLP_TRACES_ENDPOINT',
    'OTEL_TRACES_EXPORTER',
    'OTEL_SDK_DISABLED',
  ])('leaves the traces to whom %s sends them', async (name) => {
    page = await openFlowPage({ FLOW_PAGE_PORT: '0', [name]: 'http://collector:4318' }, reporter);

    expect(page).toBeUndefined();
    expect(lines).toEqual([`  no page of the flow: traces go where ${name} says`]);
  });

  it('can be turned off', async () => {
    page = await openFlowPage({ FLOW_PAGE_PORT: 'off' }, reporter);

    expect(page).toBeUndefined();
    expect(lines).toEqual([]);
  });

  it('refuses what is no port, naming the variable', async () => {
    await expect(openFlowPage({ FLOW_PAGE_PORT: 'http' }, reporter)).rejects.toThrow(
      'FLOW_PAGE_PORT',
    );
  });
});
