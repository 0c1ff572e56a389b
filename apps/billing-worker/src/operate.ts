import 'reflect-metadata';
import { runOperation } from './operation/operation.program.js';

process.exitCode = await runOperation(process.argv.slice(2), process.env, (text) => {
  process.stdout.write(text);
});
