import { oneShot } from './one-shot.ts';
import { makeSecrets } from './secrets.ts';
import { SECRETS, secretFiles } from './volumes.ts';

await oneShot('secrets', async () => {
  await makeSecrets(secretFiles(SECRETS));
  return 'every secret is in the volume of its owner';
});
