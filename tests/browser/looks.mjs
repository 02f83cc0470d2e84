// How a page is looked at: on a narrow phone in the dark and on a desktop in the light, by axe and by rule.

import assert from 'node:assert/strict';
import { createRequire } from 'node:module';

const axe = createRequire(import.meta.url).resolve('axe-core/axe.min.js');
// Each width once and each theme once: neither changes with the other.
const LOOKS = [{ width: 320, colorScheme: 'dark' }, { width: 1280, colorScheme: 'light' }];
// For eyes: a folder that exists, for a picture of every page in every look.
const SHOTS = process.env.COUNTERSIGN_TEST_SCREENSHOTS;

function measure() {
  const { scrollWidth, clientWidth } = document.documentElement;
  const targets = 'button, a.button, input:not([type=hidden]), select, summary, .back a';
  const small = [...document.querySelectorAll(targets)]
    .filter((target) => target.checkVisibility())
    // A choice is made by pressing anywhere in its label.
    .map((target) => [target, (target.closest('label.choice') ?? target).getBoundingClientRect()])
    .filter(([, { width, height }]) => width > 0 && (height < 43.5 || width < 24))
    .map(([target]) => target.outerHTML.slice(0, 100));
  return { overflow: scrollWidth - clientWidth, small };
}

async function judge() {
  const { violations } = await window.axe.run(document, {
    runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'],
  });
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 160)).join(' | ')}`);
}

/** What a file of looks needs; `seen` has the name of every page that was looked at. */
export function looks(here) {
  const seen = new Set();

  /** Looks at the page as it stands, in every look; nothing is sent by that. */
  async function look(page, name) {
    seen.add(name);
    // What is looked for may be there before the style sheet is: a page is judged as it is when it has loaded.
    await page.waitForLoadState('load');
    for (const { width, colorScheme } of LOOKS) {
      await page.setViewportSize({ width, height: 800 });
      await page.emulateMedia({ colorScheme });
      const where = `${name}, ${width} px, ${colorScheme}`;
      const path = `${SHOTS}/${name}-${width}-${colorScheme}.png`;
      if (SHOTS) await page.screenshot({ path, fullPage: true });
      assert.deepEqual(await page.evaluate(measure), { overflow: 0, small: [] }, where);
      const found = await page.evaluate(judge);
      assert.deepEqual(found, [], where);
    }
  }

  /** A browser whose pages have axe in them before anything else runs; their policy stays as it is. */
  async function watched() {
    const page = await here.browser();
    await page.addInitScript({ path: axe });
    return page;
  }

  return { look, seen, watched };
}
