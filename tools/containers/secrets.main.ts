import { runTask } from './task.ts';
import { makeSecrets } from './secrets.ts';
import { SECRETS, secretFiles } from './volumes.ts';

await runTask('secrets', async () => {
  await makeSecrets(secretFiles(SECRETS));
  return 'every secret is in the volume of its owner';
});
