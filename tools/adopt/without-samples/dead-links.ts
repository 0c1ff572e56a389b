import { dirname, join } from 'node:path';

const LINK = /\[([^\]]*)\]\(([^)\s]+)\)/g;

/**
 * Takes away the links of a Markdown file to what is removed: from prose, with the parentheses that have nothing
 * else in them; a row of a table or an item of a list goes as a whole if it has no other link.
 */
export function withoutDeadLinks(
  file: string,
  text: string,
  isRemoved: (file: string) => boolean,
): string {
  if (!file.endsWith('.md')) return text;
  const isDead = (target: string) =>
    !/^[a-z]+:|^#/.test(target) && isRemoved(join(dirname(file), target.split('#', 1)[0] ?? ''));
  return text
    .split('\n')
    .flatMap((line) => withoutLinks(line, isDead))
    .join('\n');
}

function withoutLinks(line: string, isDead: (target: string) => boolean): string[] {
  const targets = Array.from(line.matchAll(LINK), ([, , target = '']) => target);
  if (!targets.some(isDead)) return [line];
  const isEntry = /^(\||- )/.test(line);
  return isEntry && targets.every(isDead) ? [] : [inProse(line, isDead)];
}

/** Links stand in a list with commas, in parentheses, or are words of a sentence. */
function inProse(line: string, isDead: (target: string) => boolean): string {
  const marked = line.replace(LINK, (link, text: string, target: string) =>
    isDead(target) ? `⟦${text}⟧` : link,
  );
  return marked
    .replace(/ \(⟦[^⟧]*⟧\)/g, '')
    .replace(/⟦[^⟧]*⟧, (?=[[⟦])/g, '')
    .replace(/(?<=\)), ⟦[^⟧]*⟧/g, '')
    .replace(/⟦([^⟧]*)⟧/g, '$1');
}
