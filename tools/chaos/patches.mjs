import { registerHooks } from 'node:module';

/**
 * Loaded before an app by `--import`: changes the text of modules as they are loaded, as `CHAOS_PATCHES` tells.
 * It is an error if there is not exactly one place to change.
 */

/** @type {readonly { readonly file: string, readonly text: string, readonly replacement: string }[]} */
const patches = JSON.parse(process.env['CHAOS_PATCHES'] ?? '[]');

registerHooks({
  load(url, context, nextLoad) {
    const loaded = nextLoad(url, context);
    const wanted = patches.filter(({ file }) => url.endsWith(file));
    if (wanted.length === 0) return loaded;
    let source = String(loaded.source);
    for (const { file, text, replacement } of wanted) {
      const parts = source.split(text);
      if (parts.length !== 2) {
        throw new Error(`${file} holds ${parts.length - 1} times what is to be changed: ${text}`);
      }
      source = parts.join(replacement);
    }
    return { ...loaded, source };
  },
});
