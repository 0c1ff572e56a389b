import { makeRealm } from './keycloak-realm.ts';
import { runTask } from './task.ts';
import { SECRETS, secretFiles } from './volumes.ts';

const TEMPLATE = '/etc/keycloak/orders-realm.json';

await runTask('keycloak-realm', async () => {
  await makeRealm(TEMPLATE, secretFiles(SECRETS));
  return 'the realm is in the volume of Keycloak, with the secrets of its clients';
});
