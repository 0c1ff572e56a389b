import 'reflect-metadata';
import { readFileSync } from 'node:fs';
import {
  ConfigurationError,
  createEventLogger,
  dataSourceOptions,
  loadConfiguration,
  Metrics,
  postgresUrl,
} from '@m2m/service-defaults';
import { Command } from 'commander';
import { DataSource } from 'typeorm';
import { z } from 'zod';
import { AuditTrail } from './audit/audit-trail.js';
import { authDatabase } from './database/auth-database.js';
import { registryDocument, type RegistryDocument } from './provisioning/registry-document.js';
import { RegistryProvisioner } from './provisioning/registry.provisioner.js';

const STANDARD_INPUT = 0;

const program = new Command('provision')
  .description(
    'Registers the resource servers and clients of a JSON document, with generated secrets.\n' +
      'Safe to run again. Reads AUTH_DATABASE_URL or AUTH_DATABASE_URL_FILE.',
  )
  .requiredOption('--registry <file>', 'the document, or - for standard input')
  .requiredOption('--credentials-dir <directory>', 'where <client_id>.json is written, mode 0600')
  .parse();

const options = program.opts<{ registry: string; credentialsDir: string }>();
const logger = createEventLogger('auth-server', 'info');

try {
  const document = readDocument(options.registry);
  const configuration = loadConfiguration(
    z.object({ AUTH_DATABASE_URL: postgresUrl() }),
    process.env,
  );
  const registered = await provision(configuration.AUTH_DATABASE_URL, document);
  logger.info('registry.provisioned', 'the registry is as the document asks', { registered });
} catch (error) {
  const faults = error instanceof ConfigurationError ? { faults: error.faults } : {};
  logger.error('registry.provisioning_failed', String(error), faults);
  process.exitCode = 1;
}

function readDocument(file: string): RegistryDocument {
  const text = readFileSync(file === '-' ? STANDARD_INPUT : file, 'utf8');
  const result = registryDocument.safeParse(JSON.parse(text));
  if (!result.success) throw new Error(`the registry document: ${z.prettifyError(result.error)}`);
  return result.data;
}

async function provision(url: string, document: RegistryDocument): Promise<string[]> {
  const dataSource = new DataSource(dataSourceOptions({ ...authDatabase, url }));
  await dataSource.initialize();
  try {
    const audit = new AuditTrail(dataSource, logger, new Metrics('auth-server'));
    return await new RegistryProvisioner(dataSource, options.credentialsDir, audit).provision(
      document,
    );
  } finally {
    await dataSource.destroy();
  }
}
