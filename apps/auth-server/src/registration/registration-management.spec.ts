import {
  createEventLogger,
  dataSourceOptions,
  Metrics,
  runMigrations,
} from '@m2m/service-defaults';
import { createTestDatabase, type TestDatabase } from '@m2m/testing';
import { DataSource } from 'typeorm';
import { afterAll, beforeAll, beforeEach, describe, expect, inject, it } from 'vitest';
import { AuditTrail } from '../audit/audit-trail.js';
import { ChangeFeed } from '../changes/change-feed.js';
import { ChangeClient } from '../clients/change-client.js';
import { ClientRepository } from '../clients/client.repository.js';
import { ClientTransactions } from '../clients/client.transactions.js';
import { authDatabase } from '../database/auth-database.js';
import { updateRequest } from './registration-metadata.js';
import { RegistrationManagement } from './registration-management.js';

const logger = createEventLogger('auth-server', 'info', { write: () => undefined });
const CALLER = { client: { clientId: 'worker', version: 1 }, token: 'any' };

describe('RegistrationManagement', () => {
  let database: TestDatabase;
  let dataSource: DataSource;
  let clients: ClientRepository;
  let management: RegistrationManagement;

  beforeAll(async () => {
    database = await createTestDatabase(inject('postgresUrl'));
    const definition = { ...authDatabase, url: database.url };
    await runMigrations(definition);
    dataSource = await new DataSource(dataSourceOptions(definition)).initialize();
    clients = new ClientRepository(dataSource);
    const audit = new AuditTrail(dataSource, logger, new Metrics('auth-server'));
    const feed = new ChangeFeed(database.url, logger);
    const transactions = new ClientTransactions(dataSource, clients, audit, feed, 'client');
    const changeClient = new ChangeClient(transactions);
    management = new RegistrationManagement(clients, changeClient, transactions);
  });

  afterAll(async () => {
    await dataSource.destroy();
    await database.drop();
  });

  beforeEach(async () => {
    await dataSource.query('DELETE FROM client');
    await dataSource.query(
      `INSERT INTO client (client_id, client_name, token_endpoint_auth_method, grant_types)
       VALUES ('worker', 'Before', 'client_secret_basic', '{client_credentials}')`,
    );
  });

  it('changes the client its token was checked for', async () => {
    await management.update(CALLER, rename('After'));

    await expect(clients.find('worker')).resolves.toMatchObject({ clientName: 'After' });
  });

  it('C06 changes nothing of a client that was disabled since its token was checked', async () => {
    await dataSource.query('UPDATE client SET disabled = true, version = 2');

    await expect(management.update(CALLER, rename('After'))).rejects.toMatchObject({ status: 412 });
    await expect(management.delete(CALLER)).rejects.toMatchObject({ status: 412 });
    await expect(clients.find('worker')).resolves.toMatchObject({ clientName: 'Before' });
  });
});

const rename = (name: string) => updateRequest.parse({ client_id: 'worker', client_name: name });
