import { runProcess } from '../command-line/run.ts';
import { keysProgram } from './keys.program.ts';

await runProcess(keysProgram);
