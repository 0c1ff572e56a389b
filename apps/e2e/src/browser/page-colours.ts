import type { Locator } from 'playwright-core';

/** How much two colours differ, after WCAG 2.2: 1 for none at all, 21 for black and white. */
function contrast(a: readonly number[], b: readonly number[]): number {
  const [brighter = 0, darker = 0] = [luminance(a), luminance(b)].toSorted((x, y) => y - x);
  return (brighter + 0.05) / (darker + 0.05);
}

/** The contrast of an element's text with what is behind it. */
export async function contrastOf(element: Locator): Promise<number> {
  const { ink, ground } = await coloursOf(element);
  return contrast(ink, ground);
}

/** How bright the ground of an element is, from 0 to 1. */
export async function brightnessOf(element: Locator): Promise<number> {
  return luminance((await coloursOf(element)).ground);
}

async function coloursOf(element: Locator): Promise<{ ink: number[]; ground: number[] }> {
  const [ink, ground] = await element.evaluate((start) => {
    let at: Element | null = start;
    let behind = '';
    while (at && (behind === '' || behind === 'rgba(0, 0, 0, 0)')) {
      behind = getComputedStyle(at).backgroundColor;
      at = at.parentElement;
    }
    return [getComputedStyle(start).color, behind] as const;
  });
  return { ink: channels(ink), ground: channels(ground) };
}

/** Red, green and blue, each from 0 to 1. */
function channels(colour: string): number[] {
  const numbers = Array.from(colour.matchAll(/[\d.]+/g), ([text]) => Number(text)).slice(0, 3);
  return colour.startsWith('rgb') ? numbers.map((value) => value / 255) : numbers;
}

function luminance(colour: readonly number[]): number {
  const [red = 0, green = 0, blue = 0] = colour.map((value) =>
    value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4,
  );
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}
