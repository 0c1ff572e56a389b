import { appendFileSync } from 'node:fs';
import { registerHooks } from 'node:module';

// Loaded before a program: writes down which files the program then loads, in whatever way.
registerHooks({
  load(url, context, nextLoad) {
    appendFileSync(process.env.LOADED_FILES, `${url}\n`);
    return nextLoad(url, context);
  },
});
