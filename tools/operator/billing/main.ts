import { runProcess } from '../command-line/run.ts';
import { billingProgram } from './billing.program.ts';

await runProcess(billingProgram);
