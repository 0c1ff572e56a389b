import { runProcess } from '../command-line/run.ts';
import { resourcesProgram } from './resources.program.ts';

await runProcess(resourcesProgram);
