import { runProcess } from '../command-line/run.ts';
import { clientsProgram } from './clients.program.ts';

await runProcess(clientsProgram);
