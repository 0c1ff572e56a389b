import { describe, expect, it } from 'vitest';
import { movePorts } from './ports.ts';

const adoption = {
  scope: '@acme',
  name: 'acme',
  title: 'Acme',
  // Two of them change places.
  ports: { 'auth-server': 3001, 'orders-api': 3000, 'billing-worker': 14_002 },
  issuer: undefined,
  ordersApiUrl: undefined,
  licenceHolder: undefined,
  service: undefined,
};

describe('movePorts', () => {
  it('gives each app its own', () => {
    const text = 'http://localhost:3000, :3001, :3002, 13000 and 30001';

    expect(movePorts('docker-compose.yml', text, adoption)).toBe(
      'http://localhost:3001, :3000, :14002, 13000 and 30001',
    );
  });

  it.each([
    'deploy/observability/compose.yml',
    'libs/guards/README.md',
    'libs/service-defaults/src/configuration/fields.spec.ts',
    'package-lock.json',
  ])('leaves %s alone, where 3000 is something else', (file) => {
    expect(movePorts(file, 'port(3000)', adoption)).toBe('port(3000)');
  });
});
